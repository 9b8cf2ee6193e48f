import type { SealReason } from '@batchfeed/batcher';

/** Counts that outlive a restart. */
export interface Tally {
  /** Lines taken in. */
  accepted: number;
  /** Lines whose batch arrived. */
  delivered: number;
  /** Lines in dead letters now. */
  dead: number;
  /** Lines of dead letters that were thrown away for their age. */
  expired: number;
  /** Lines that came back from dead letters, each time counted. */
  replayed: number;
  /** Batches sealed, by reason; delivered; in dead letters now; dead letters that were thrown away for their age. */
  batches: { sealed: Partial<Record<SealReason, number>>; delivered: number; dead: number; expired: number };
  /** Attempts that were answered or failed. */
  attempts: number;
  /** Whatever senders count, by name. */
  tallies: Record<string, number>;
}

/**
 * Where every line of a destination is, right now:
 * `accepted = open + sealed + inFlight + delivered + dead + expired`, at any moment.
 */
export interface Ledger extends Readonly<Tally> {
  /** Lines in open groups, those on their way to the disk included. */
  readonly open: number;
  /** Lines in sealed batches that wait: for their turn, a delay, a retry or an older batch. */
  readonly sealed: number;
  /** Lines in batches being sent. */
  readonly inFlight: number;
}

export function newTally(): Tally {
  return {
    accepted: 0,
    delivered: 0,
    dead: 0,
    expired: 0,
    replayed: 0,
    batches: { sealed: {}, delivered: 0, dead: 0, expired: 0 },
    attempts: 0,
    tallies: {},
  };
}

/** Counts as an earlier release may have kept them: what it did not count yet is zero. */
export function readTally(text: string): Tally {
  const known = JSON.parse(text) as Tally;
  const none = newTally();
  return { ...none, ...known, batches: { ...none.batches, ...known.batches } };
}

/** Adds counts by name. */
export function addTallies(into: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) into[name] = (into[name] ?? 0) + count;
}

/** The sum of several ledgers. */
export function sumLedgers(ledgers: Iterable<Ledger>): Ledger {
  const sum = { ...newTally(), open: 0, sealed: 0, inFlight: 0 };
  for (const ledger of ledgers) {
    for (const field of [
      'accepted',
      'delivered',
      'dead',
      'expired',
      'replayed',
      'attempts',
      'open',
      'sealed',
      'inFlight',
    ] as const) {
      sum[field] += ledger[field];
    }
    addTallies(sum.batches.sealed, ledger.batches.sealed as Record<string, number>);
    sum.batches.delivered += ledger.batches.delivered;
    sum.batches.dead += ledger.batches.dead;
    sum.batches.expired += ledger.batches.expired;
    addTallies(sum.tallies, ledger.tallies);
  }
  return sum;
}
