import type { CircuitResource, FeedStatus } from '@batchfeed/schemas';
import { Pill, type Tone } from '../../components/pill.tsx';
import { formatAge } from '../../format/times.ts';
import { t } from '../../texts/text.ts';

const tones: Readonly<Record<FeedStatus, Tone>> = {
  INITIAL: 'quiet',
  PUBLISHED: 'warn',
  ACTIVE: 'ok',
  INITIAL_LOADING: 'info',
  LIVE: 'ok',
  PAUSED: 'warn',
  DRAINING: 'info',
  DISCARDING: 'info',
};

/** What a feed is doing. */
export function FeedStatusPill({ status }: { readonly status: FeedStatus }) {
  return <Pill tone={tones[status]}>{t(`feeds.status.${status}`)}</Pill>;
}

/** That its plugin does not answer, where it does not; for how long, where `now` is given. */
export function CircuitPill({ circuit, now }: { readonly circuit: CircuitResource; readonly now?: number }) {
  const { state, since_ts: since } = circuit;
  if (state === 'CLOSED') return null;
  if (state === 'HALF_OPEN') return <Pill tone="warn">{t('feeds.probing')}</Pill>;
  const isKnown = since !== undefined && now !== undefined;
  return <Pill tone="bad">{isKnown ? t('feeds.awayFor', { time: formatAge(now - since) }) : t('feeds.away')}</Pill>;
}
