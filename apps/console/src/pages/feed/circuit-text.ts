import type { CircuitResource, FeedStatus } from '@batchfeed/schemas';
import type { Tone } from '../../components/pill.tsx';
import { formatDuration } from '../../format/times.ts';
import { t } from '../../texts/text.ts';

export interface CircuitText {
  readonly tone: Exclude<Tone, 'quiet'>;
  readonly sentence: string;
  /** The plugin's or the network's own words. */
  readonly reason: string | undefined;
  /** When the plugin is asked next; it counts down, so it is no part of the sentence. */
  readonly next: string | undefined;
}

/** What the circuit of a feed's plugin means for the feed. */
export function circuitText(circuit: CircuitResource, status: FeedStatus, now: number): CircuitText {
  const { state, since_ts: since, reason, next_probe_ts: next } = circuit;
  const rest = { reason: state === 'CLOSED' ? undefined : reason, next: undefined };
  if (state === 'CLOSED') return { tone: 'ok', sentence: closedText(status), ...rest };
  if (state === 'HALF_OPEN') return { tone: 'warn', sentence: t('feed.circuit.halfOpen'), ...rest };
  const sentence =
    since === undefined
      ? t('feed.circuit.open')
      : t('feed.circuit.openFor', { time: formatDuration(wholeSeconds(now - since)) });
  return { tone: 'bad', sentence, reason, next: next === undefined ? undefined : nextText(next - now) };
}

/** Whether calls are made at all says the state of the feed. */
function closedText(status: FeedStatus): string {
  if (status === 'PAUSED') return t('feed.circuit.paused');
  if (status === 'INITIAL' || status === 'PUBLISHED') return t('feed.circuit.notYet');
  return t('feed.circuit.closed');
}

function nextText(ms: number): string {
  return ms < 1_000 ? t('feed.circuit.askedNow') : t('feed.circuit.asked', { time: formatDuration(wholeSeconds(ms)) });
}

const wholeSeconds = (ms: number) => Math.max(0, Math.floor(ms / 1_000) * 1_000);
