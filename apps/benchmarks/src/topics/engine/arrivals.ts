import { type Batch, Batcher, type BatchLine, type Ordering } from '@batchfeed/batcher';

/** One update: the lines it makes, about one user. */
export interface Update {
  /** Milliseconds since the beginning. */
  readonly at: number;
  readonly user: number;
  readonly keys: readonly string[];
}

/** A line that knows when it was accepted. */
export interface ArrivedLine extends BatchLine {
  readonly at: number;
}

export interface SealedBatch {
  readonly batch: Batch<ArrivedLine>;
  readonly sealedAt: number;
}

export interface Grouped {
  /** Batches sealed while updates came, in order. */
  readonly steady: readonly SealedBatch[];
  /** All batches, with those that were open at the end. */
  readonly all: readonly SealedBatch[];
  /** Most lines that were held at a time. */
  readonly mostHeld: number;
}

/** Limits of the loads. */
export interface Limits {
  readonly maxLines: number;
  readonly maxAgeMs: number;
}

/** Sends updates through a batcher. What is due is sealed each `tickMs`; a partner takes every batch at once. */
export function group(updates: Iterable<Update>, limits: Limits, ordering: Ordering, tickMs = 20): Grouped {
  const policy = { maxBytes: 8_000_000, envelopeBytes: 2, separatorBytes: 1, ...limits };
  const batcher = new Batcher<ArrivedLine>({ policy, ordering });
  const all: SealedBatch[] = [];
  let mostHeld = 0;
  let now = 0;
  let cause = 0;
  function take(batches: readonly Batch<ArrivedLine>[]): void {
    for (const batch of batches) {
      batcher.settle(batch);
      all.push({ batch, sealedAt: now });
    }
  }
  for (const { at, user, keys } of updates) {
    for (; now + tickMs <= at; now += tickMs) {
      const { nextDueAt } = batcher;
      if (nextDueAt !== undefined && nextDueAt <= now + tickMs) take(batcher.due(now + tickMs));
    }
    cause += 1;
    const lines = keys.map((key): ArrivedLine => ({ key, bytes: 300, subject: user, at }));
    take(batcher.addCause(lines, at, cause));
    mostHeld = Math.max(mostHeld, batcher.heldLines);
  }
  const steady = all.slice();
  take(batcher.drain());
  return { steady, all, mostHeld };
}

/** A repeatable source of numbers from 0 to below 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
