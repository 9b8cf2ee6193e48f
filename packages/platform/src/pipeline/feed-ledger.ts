import type { Ledger } from '@batchfeed/delivery';
import type { FeedLedger } from '@batchfeed/schemas';

/** Where everything of a feed is, from the ledgers of its two stages. Pure. */
export function feedLedger(updates: Ledger, lines: Ledger): FeedLedger {
  return { updates: side(updates), lines: side(lines) };
}

function side({ accepted, open, sealed, inFlight, delivered, dead, expired, replayed, attempts }: Ledger) {
  const balanced = accepted === open + sealed + inFlight + delivered + dead + expired;
  return { accepted, open, sealed, in_flight: inFlight, delivered, dead, expired, replayed, attempts, balanced };
}
