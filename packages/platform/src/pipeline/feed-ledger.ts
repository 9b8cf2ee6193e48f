import type { Ledger } from '@batchfeed/delivery';
import type { FeedLedger } from '@batchfeed/schemas';

/** Where everything of a feed is, from the ledgers of its two stages. Pure. */
export function feedLedger(updates: Ledger, lines: Ledger): FeedLedger {
  return { updates: side(updates), lines: side(lines) };
}

function side(ledger: Ledger): FeedLedger[keyof FeedLedger] {
  const { accepted, waiting, open, held, sealed, inFlight, delivered, dead, expired, discarded } = ledger;
  return {
    accepted,
    waiting,
    open,
    held,
    sealed,
    in_flight: inFlight,
    delivered,
    dead,
    expired,
    discarded,
    replayed: ledger.replayed,
    attempts: ledger.attempts,
    balanced: accepted === waiting + open + sealed + inFlight + delivered + dead + expired + discarded,
  };
}
