import type { ByReason, Ledger } from '@batchfeed/delivery';
import { type FeedStatistics, sealReasons } from '@batchfeed/schemas';

type Batches = FeedStatistics['batches'];

/** A feed's statistics from the ledgers of its two stages. Pure. */
export function feedStatistics(updates: Ledger, lines: Ledger): FeedStatistics {
  const skipped = updates.tallies.no_eligible_identifier ?? 0;
  const sealed = lines.batches.sealed;
  return {
    updates: {
      accepted: updates.accepted,
      waiting: updates.waiting,
      // Updates are not grouped: one waits, is sent, or is over.
      open: updates.open + updates.sealed,
      in_flight: updates.inFlight,
      processed: updates.delivered - skipped,
      no_eligible_identifier: skipped,
      dead: updates.dead,
      expired: updates.expired,
      discarded: updates.discarded,
    },
    lines: {
      accepted: lines.accepted,
      waiting: lines.waiting,
      open: lines.open,
      held: lines.held,
      sealed: lines.sealed,
      in_flight: lines.inFlight,
      delivered: lines.delivered,
      dead: lines.dead,
      expired: lines.expired,
      discarded: lines.discarded,
    },
    batches: {
      sealed: sumOf(sealed),
      by_reason: Object.fromEntries(sealReasons.map((reason) => [reason, sealed[reason] ?? 0])) as Batches['by_reason'],
      fill: fillOf(lines),
      delivered: lines.batches.delivered,
      dead: lines.batches.dead,
      expired: lines.batches.expired,
      attempts: lines.attempts,
    },
    items: { success: lines.tallies.success ?? 0, error: lines.tallies.error ?? 0 },
  };
}

/** How full sealed batches were: their lines divided by the lines they could have had. */
function fillOf({ sealedLines, sealedLimits }: Ledger): Batches['fill'] {
  const fills = sealReasons.map((reason) => [reason, share(sealedLines[reason] ?? 0, sealedLimits[reason] ?? 0)]);
  return {
    all: share(sumOf(sealedLines), sumOf(sealedLimits)),
    by_reason: Object.fromEntries(fills) as Batches['fill']['by_reason'],
  };
}

function share(lines: number, limit: number): number | null {
  return limit === 0 ? null : lines / limit;
}

function sumOf(counts: ByReason): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
