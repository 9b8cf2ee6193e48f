import type { CircuitResource, FeedStatus } from '@batchfeed/schemas';
import { Pill, type Tone } from '../../components/pill.tsx';
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

/** That its plugin does not answer, where it does not. */
export function CircuitPill({ state }: { readonly state: CircuitResource['state'] }) {
  if (state === 'CLOSED') return null;
  return <Pill tone={state === 'OPEN' ? 'bad' : 'warn'}>{t(state === 'OPEN' ? 'feeds.away' : 'feeds.probing')}</Pill>;
}
