import type { ThrottlingResource } from '@batchfeed/schemas';

interface Waiter {
  readonly tell: (mayCall: boolean) => void;
}

/** Timers fire up to this much early. */
const EARLY_MS = 0.5;
/** A call that is late by less keeps the beat, so that late timers do not slow it down; after a longer pause a new beat begins. */
const LATE_MS = 50;

/**
 * One allowance: calls at even distances, and only so many at once. Whoever comes waits in line.
 *
 * Calls are paced rather than counted in windows: with 2 a second there is one every 500 ms, never two at once after a
 * quiet time, which is what a partner that says "2 a second" will bear.
 */
export class Throttle {
  #intervalMs = 0;
  #maxConcurrency = Number.POSITIVE_INFINITY;
  #underWay = 0;
  /** When the last call was due. */
  #lastAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  readonly #waiting: Waiter[] = [];

  constructor(limits: ThrottlingResource) {
    this.limit(limits);
  }

  /** Puts changed limits in force, for those who wait too. */
  limit({ max_qps: maxQps, max_concurrency: maxConcurrency }: ThrottlingResource): void {
    this.#intervalMs = maxQps === undefined ? 0 : 1_000 / maxQps;
    this.#maxConcurrency = maxConcurrency ?? Number.POSITIVE_INFINITY;
    this.#advance();
  }

  /**
   * Resolves with true when the call may be made; a `release` follows it then. With false when the limits may have
   * changed meanwhile, or the platform closes: look again at what the call is under.
   */
  acquire(): Promise<boolean> {
    return new Promise((tell) => {
      this.#waiting.push({ tell });
      this.#advance();
    });
  }

  release(): void {
    this.#underWay -= 1;
    this.#advance();
  }

  /** Has everybody who waits look again. */
  disturb(): void {
    clearTimeout(this.#timer);
    for (const { tell } of this.#waiting.splice(0)) tell(false);
  }

  #advance(): void {
    clearTimeout(this.#timer);
    while (this.#waiting.length > 0 && this.#underWay < this.#maxConcurrency) {
      const now = performance.now();
      const due = this.#lastAt + this.#intervalMs;
      if (due > now + EARLY_MS) {
        this.#timer = setTimeout(() => this.#advance(), due - now);
        return;
      }
      this.#lastAt = now - due < LATE_MS ? due : now;
      this.#underWay += 1;
      this.#waiting.shift()?.tell(true);
    }
  }
}
