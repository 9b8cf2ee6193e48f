import type { Ledger } from '@batchfeed/delivery';

/** A ledger of nothing but what is given. */
export function testLedger(counts: Partial<Ledger> = {}): Ledger {
  return {
    accepted: 0,
    waiting: 0,
    open: 0,
    held: 0,
    sealed: 0,
    inFlight: 0,
    delivered: 0,
    dead: 0,
    expired: 0,
    discarded: 0,
    replayed: 0,
    batches: { sealed: {}, delivered: 0, dead: 0, expired: 0 },
    sealedLines: {},
    sealedLimits: {},
    attempts: 0,
    tallies: {},
    ...counts,
  };
}
