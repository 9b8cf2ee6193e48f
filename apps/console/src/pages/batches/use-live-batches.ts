import { batchesEventSchema } from '@batchfeed/schemas';
import { type BatchFilter, useBatchesCache } from '../../api/batches.ts';
import type { LiveState } from '../../live/live-source.ts';
import { liveEvent, useLive } from '../../live/use-live.ts';
import { useSoon } from '../../live/use-soon.ts';
import { mergeLiveBatches } from './merge-live-batches.ts';

/** More batches than this on the first page came in while it was shown: it is read again, so that it does not grow for ever. */
const MOST_ON_TOP = 5_000;
/** How soon the list is read again after more had changed than was told. */
const AGAIN_MS = 1_000;

/** Keeps the list of batches up to date as they are sealed, sent and settled. */
export function useLiveBatches(feedId: string, filter: BatchFilter, enabled: boolean): LiveState {
  const cache = useBatchesCache(feedId, filter);
  const again = useSoon(() => void cache.startAgain(), AGAIN_MS);
  return useLive({
    feedId,
    enabled,
    events: {
      batches: liveEvent(batchesEventSchema, ({ batches, more }) => {
        let isLong = false;
        cache.change((pages) => {
          const merged = mergeLiveBatches(pages, batches, filter);
          isLong = (merged.pages[0]?.data.length ?? 0) > MOST_ON_TOP;
          return merged;
        });
        if (more > 0 || isLong) again();
      }),
    },
    onReopened: () => void cache.startAgain(),
  });
}
