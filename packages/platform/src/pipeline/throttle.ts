import type { ThrottlingResource } from '@batchfeed/schemas';

interface Waiter {
  /** Feed that the call is for. */
  readonly feedId: string;
  /** Takes its places, or stands in another line. */
  readonly attempt: () => void;
  readonly tell: (mayCall: boolean) => void;
}

/**
 * Takes a place under all throttles at once; what waits, waits in line at one that has none and holds no place of the
 * others, so that neither a call of one datamart keeps another's from being made, nor are calls let through one
 * throttle long before they are made.
 *
 * Resolves with true when the call may be made; a `release` of each follows it then. With false when the limits may have
 * changed meanwhile, or the platform closes: look again at what the call is under.
 */
export function acquireAll(throttles: readonly Throttle[], feedId = ''): Promise<boolean> {
  return new Promise((tell) => {
    const take = (now: number) => {
      for (const throttle of throttles) throttle.take(now);
      tell(true);
    };
    const attempt = () => {
      const now = performance.now();
      const full = throttles.find((throttle) => !throttle.hasRoom(now));
      if (full === undefined) take(now);
      else full.wait({ feedId, attempt, tell });
    };
    const line = throttles.find((throttle) => throttle.hasLine);
    if (line === undefined) attempt();
    else line.wait({ feedId, attempt, tell });
  });
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
  #waiting: Waiter[] = [];

  constructor(limits: ThrottlingResource) {
    this.limit(limits);
  }

  /** Puts changed limits in force, for those who wait too. */
  limit({ max_qps: maxQps, max_concurrency: maxConcurrency }: ThrottlingResource): void {
    this.#intervalMs = maxQps === undefined ? 0 : 1_000 / maxQps;
    this.#maxConcurrency = maxConcurrency ?? Number.POSITIVE_INFINITY;
    this.#advance();
  }

  get hasLine(): boolean {
    return this.#waiting.length > 0;
  }

  hasRoom(now: number): boolean {
    return this.#underWay < this.#maxConcurrency && this.#due <= now + EARLY_MS;
  }

  take(now: number): void {
    const due = this.#due;
    this.#lastAt = now - due < LATE_MS ? due : now;
    this.#underWay += 1;
  }

  wait(waiter: Waiter): void {
    this.#waiting.push(waiter);
    this.#advance();
  }

  release(): void {
    this.#underWay -= 1;
    this.#advance();
  }

  /** Has every call that waits look again, or those of one feed. */
  disturb(feedId?: string): void {
    const told = this.#waiting;
    this.#waiting = feedId === undefined ? [] : told.filter((waiter) => waiter.feedId !== feedId);
    if (this.#waiting.length === 0) clearTimeout(this.#timer);
    for (const waiter of told) if (feedId === undefined || waiter.feedId === feedId) waiter.tell(false);
  }

  get #due(): number {
    return this.#lastAt + this.#intervalMs;
  }

  #advance(): void {
    clearTimeout(this.#timer);
    while (this.#waiting.length > 0 && this.#underWay < this.#maxConcurrency) {
      const now = performance.now();
      if (!this.hasRoom(now)) {
        this.#timer = setTimeout(() => this.#advance(), this.#due - now);
        return;
      }
      this.#waiting.shift()?.attempt();
    }
  }
}
