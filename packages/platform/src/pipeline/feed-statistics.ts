import type { Ledger } from '@batchfeed/delivery';
import { type FeedStatistics, sealReasons } from '@batchfeed/schemas';

/** A feed's statistics from the ledgers of its two stages. Pure. */
export function feedStatistics(updates: Ledger, lines: Ledger): FeedStatistics {
  const skipped = updates.tallies.no_eligible_identifier ?? 0;
  const sealed = lines.batches.sealed;
  return {
    updates: {
      accepted: updates.accepted,
      // Updates are not grouped: one waits, is sent, or is over.
      open: updates.open + updates.sealed,
      in_flight: updates.inFlight,
      processed: updates.delivered - skipped,
      no_eligible_identifier: skipped,
      dead: updates.dead,
      expired: updates.expired,
    },
    lines: {
      accepted: lines.accepted,
      open: lines.open,
      sealed: lines.sealed,
      in_flight: lines.inFlight,
      delivered: lines.delivered,
      dead: lines.dead,
      expired: lines.expired,
    },
    batches: {
      sealed: Object.values(sealed).reduce((sum, count) => sum + count, 0),
      by_reason: Object.fromEntries(
        sealReasons.map((reason) => [reason, sealed[reason] ?? 0]),
      ) as FeedStatistics['batches']['by_reason'],
      delivered: lines.batches.delivered,
      dead: lines.batches.dead,
      expired: lines.batches.expired,
      attempts: lines.attempts,
    },
    items: { success: lines.tallies.success ?? 0, error: lines.tallies.error ?? 0 },
  };
}
