import type { FeedStatistics } from '@batchfeed/schemas';
import type { DurableTotals } from '../statistics/statistics-recorder.ts';

/** What of a feed's statistics is counted for good, in the words of its statistics over time. Pure. */
export function durableTotals({ updates, lines, batches, items }: FeedStatistics): DurableTotals {
  return {
    updates_accepted: updates.accepted,
    updates_processed: updates.processed,
    updates_no_eligible_identifier: updates.no_eligible_identifier,
    lines_accepted: lines.accepted,
    lines_delivered: lines.delivered,
    batches_sealed: batches.sealed,
    batches_delivered: batches.delivered,
    batch_attempts: batches.attempts,
    items_success: items.success,
    items_error: items.error,
  };
}
