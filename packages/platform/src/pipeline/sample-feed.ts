import type { Engine } from '@batchfeed/delivery';
import { type FeedSample, failedAttempts } from '../live/feed-sample.ts';
import type { Stage } from './dead-letter-filter.ts';
import { feedLedger } from './feed-ledger.ts';
import { feedStatistics } from './feed-statistics.ts';

/** Everything that is counted of a feed, right now. */
export function sampleFeed(engines: Readonly<Record<Stage, Engine>>, feedId: string): FeedSample {
  const updates = engines.update.ledger(feedId);
  const lines = engines.batch.ledger(feedId);
  return {
    at: performance.now(),
    statistics: feedStatistics(updates, lines),
    ledger: feedLedger(updates, lines),
    errors: failedAttempts(updates) + failedAttempts(lines),
    deadUpdates: updates.batches.dead,
    oldestOpenedAt: engines.batch.oldestOpenedAtOf(feedId),
  };
}
