import type { Outcome, OutgoingBatch, RetryPolicy } from '@batchfeed/delivery';
import type { FeedOptions } from '@batchfeed/schemas';

/**
 * The limit of attempts of feeds that have one of their own. The engine has one limit for all; for these feeds failures
 * are counted here instead, from the start of the platform on, and each is put off by the same back-off.
 */
export class AttemptLimit {
  readonly #baseMs: number;
  readonly #capMs: number;
  readonly #failures = new Map<string, number>();
  /** Batches given up by feed, whose rejection the engine has not seen yet. */
  readonly #givenUp = new Map<string, number>();

  constructor({ baseMs = 200, capMs = 60_000 }: Partial<RetryPolicy>) {
    this.#baseMs = baseMs;
    this.#capMs = capMs;
  }

  /** What the engine shall make of an outcome of a feed that gives up after `max` failed attempts. */
  apply(batch: OutgoingBatch, outcome: Outcome, { max_attempts: max, bisect = false }: FeedOptions): Outcome {
    if (max === undefined) return outcome;
    if (outcome.kind !== 'retry') {
      this.#failures.delete(batch.id);
      return outcome;
    }
    if ((outcome.delayMs ?? 0) > 0) return outcome;
    const failures = (this.#failures.get(batch.id) ?? 0) + 1;
    if (failures >= max) {
      this.#failures.delete(batch.id);
      if (bisect && batch.lines.length > 1 && !batch.replay) this.#count(batch.destination, 1);
      const reason = `${outcome.reason} Gave up after ${failures} failed attempts.`;
      return { ...outcome, kind: 'rejected', reason };
    }
    this.#failures.set(batch.id, failures);
    const bound = Math.min(this.#capMs, this.#baseMs * 2 ** Math.min(failures - 1, 52));
    return { ...outcome, delayMs: Math.max(1, Math.ceil(Math.random() * bound)), delayScope: 'key' };
  }

  /** Whether the rejection the engine asks about is one of ours: out of patience, which says nothing about single lines. */
  takeGivenUp(feedId: string): boolean {
    if (!this.#givenUp.has(feedId)) return false;
    this.#count(feedId, -1);
    return true;
  }

  #count(feedId: string, by: number): void {
    const count = (this.#givenUp.get(feedId) ?? 0) + by;
    if (count > 0) this.#givenUp.set(feedId, count);
    else this.#givenUp.delete(feedId);
  }
}
