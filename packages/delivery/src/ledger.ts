import type { SealReason } from '@batchfeed/batcher';

/** Batches and lines of sealed batches, by why they were sealed. */
export type ByReason = Partial<Record<SealReason, number>>;

/** Counts that outlive a restart. */
export interface Tally {
  /** Lines taken in. */
  accepted: number;
  /** Lines whose batch arrived. */
  delivered: number;
  /** Lines in dead letters now. */
  dead: number;
  /** Lines of dead letters that were deleted for their age. */
  expired: number;
  /** Lines that ended without being sent, since their destination was discarded. */
  discarded: number;
  /** Lines that came back from dead letters, each time counted. */
  replayed: number;
  /**
   * Batches sealed, by reason; delivered; in dead letters now; dead letters that were deleted for
   * their age.
   */
  batches: { sealed: ByReason; delivered: number; dead: number; expired: number };
  /** Lines of sealed batches, by reason. */
  sealedLines: ByReason;
  /**
   * Lines those batches could have had: the sum of their limits, by reason. Batch fill is
   * `sealedLines / sealedLimits`.
   */
  sealedLimits: ByReason;
  /** Attempts that were answered or failed. */
  attempts: number;
  /** Whatever senders count, by name. */
  tallies: Record<string, number>;
}

/**
 * Where every line of a destination is, right now: `accepted = waiting + open + sealed + inFlight +
 * delivered + dead + expired + discarded`, at any moment.
 */
export interface Ledger extends Readonly<Tally> {
  /** Lines that wait on disk behind the window, those on their way to the disk included. */
  readonly waiting: number;
  /** Lines in open groups, and those held back. */
  readonly open: number;
  /** Of the open lines, those that wait for an earlier line of their subject. */
  readonly held: number;
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
    discarded: 0,
    replayed: 0,
    batches: { sealed: {}, delivered: 0, dead: 0, expired: 0 },
    sealedLines: {},
    sealedLimits: {},
    attempts: 0,
    tallies: {},
  };
}

/** Adds counts by name. */
export function addCounts(into: Record<string, number>, counts: Readonly<Record<string, number | undefined>>): void {
  for (const [name, count] of Object.entries(counts)) into[name] = (into[name] ?? 0) + (count ?? 0);
}

const SUMMED = [
  'accepted',
  'delivered',
  'dead',
  'expired',
  'discarded',
  'replayed',
  'attempts',
  'waiting',
  'open',
  'held',
  'sealed',
  'inFlight',
] as const;

/** The sum of several ledgers. */
export function sumLedgers(ledgers: Iterable<Ledger>): Ledger {
  const sum = { ...newTally(), waiting: 0, open: 0, held: 0, sealed: 0, inFlight: 0 };
  for (const ledger of ledgers) {
    for (const field of SUMMED) sum[field] += ledger[field];
    addCounts(sum.batches.sealed, ledger.batches.sealed);
    sum.batches.delivered += ledger.batches.delivered;
    sum.batches.dead += ledger.batches.dead;
    sum.batches.expired += ledger.batches.expired;
    addCounts(sum.sealedLines, ledger.sealedLines);
    addCounts(sum.sealedLimits, ledger.sealedLimits);
    addCounts(sum.tallies, ledger.tallies);
  }
  return sum;
}
