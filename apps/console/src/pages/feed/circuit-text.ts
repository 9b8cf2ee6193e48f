import type { CircuitResource, FeedStatus } from '@batchfeed/schemas';
import type { Tone } from '../../components/pill.tsx';
import { formatAge } from '../../format/times.ts';
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
  if (state === 'CLOSED') return { ...closedText(status), ...rest };
  if (state === 'HALF_OPEN') return { tone: 'warn', sentence: t('feed.circuit.halfOpen'), ...rest };
  const sentence =
    since === undefined ? t('feed.circuit.open') : t('feed.circuit.openFor', { time: formatAge(now - since) });
  return { tone: 'bad', sentence, reason, next: next === undefined ? undefined : nextText(next - now) };
}

/** Whether calls are made at all says the state of the feed. */
function closedText(status: FeedStatus): Pick<CircuitText, 'tone' | 'sentence'> {
  if (status === 'PAUSED') return { tone: 'warn', sentence: t('feed.circuit.paused') };
  if (status === 'INITIAL' || status === 'PUBLISHED') return { tone: 'info', sentence: t('feed.circuit.notYet') };
  return { tone: 'ok', sentence: t('feed.circuit.closed') };
}

function nextText(ms: number): string {
  return ms < 1_000 ? t('feed.circuit.askedNow') : t('feed.circuit.asked', { time: formatAge(ms) });
}
