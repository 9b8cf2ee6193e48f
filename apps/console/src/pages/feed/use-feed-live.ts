import { type FeedResource, type PulseEvent, pulseEventSchema } from '@batchfeed/schemas';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { feedKeys } from '../../api/feeds.ts';
import type { LiveState } from '../../live/live-source.ts';
import { liveEvent, useLive } from '../../live/use-live.ts';
import { useNow } from '../../live/use-now.ts';
import { type PulsePoint, withGap, withPulse } from './pulse-history.ts';

export interface FeedLive {
  readonly state: LiveState;
  /** The latest; undefined before the first. */
  readonly pulse: PulseEvent | undefined;
  readonly points: readonly PulsePoint[];
  /** The platform's clock, as far as it is known. */
  readonly now: number;
}

/** The stream of a feed: what it tells goes into the query cache, and its pulses are kept for the charts. */
export function useFeedLive(feedId: string, enabled: boolean): FeedLive {
  const client = useQueryClient();
  const [{ points, skew }, setHistory] = useState<{ points: readonly PulsePoint[]; skew: number }>({
    points: [],
    skew: 0,
  });
  const state = useLive({
    feedId,
    enabled,
    events: {
      pulse: liveEvent(pulseEventSchema, (pulse) => {
        client.setQueryData(feedKeys.ledger(feedId), pulse.ledger);
        client.setQueryData(feedKeys.statistics(feedId), pulse.statistics);
        client.setQueryData<FeedResource>(
          feedKeys.resource(feedId),
          (feed) => feed && { ...feed, status: pulse.status, circuit: pulse.circuit, backlog: pulse.backlog },
        );
        setHistory((before) => ({ points: withPulse(before.points, pulse), skew: Date.now() - pulse.ts }));
      }),
    },
    onReopened: () => void client.invalidateQueries({ queryKey: ['feeds', feedId] }),
  });
  useEffect(() => {
    if (state !== 'waiting') return;
    setHistory((before) => ({ ...before, points: withGap(before.points) }));
    // A stream ends with its feed, too: whether it is still there is told by asking.
    void client.invalidateQueries({ queryKey: feedKeys.resource(feedId) });
  }, [state, client, feedId]);
  // Without a stream the last that was known is shown.
  const pulse = points.findLast((point) => point.pulse !== null)?.pulse ?? undefined;
  return { state, pulse, points, now: useNow() - skew };
}
