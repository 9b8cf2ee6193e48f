/**
 * How many batches may be in flight to one destination: a fixed number, or one that looks for what
 * the other side bears.
 *
 * Adaptive: additive increase, multiplicative decrease. An attempt that was not much slower than
 * the best seen lately, made while the limit was in use, raises it by one for each full round; a
 * 429, a 503 or a slow attempt lowers it by a third, at most once a round, since the attempts of
 * one round tell of one moment. What counts is the attempt's own latency: delays the other side
 * asked for are no part of it.
 */
export interface AdaptiveConcurrency {
  /** Never below. Default 1. */
  readonly min?: number;
  /** Never above. */
  readonly max: number;
  /** An attempt slower than this many times the best lately is a sign of load. Default 3. */
  readonly tolerance?: number;
}

/**
 * The best latency is forgotten by this share an attempt, so that a server that became slower for
 * good is believed.
 */
const FORGET = 0.01;
/** Latencies below this are all alike: the clock and the event loop account for them. */
const NOISE_MS = 5;
const DECREASE = 2 / 3;
const OVERLOADED: ReadonlySet<number | undefined> = new Set([429, 503]);

export interface AttemptReport {
  readonly ms: number;
  readonly status: number | undefined;
  /** Batches in flight when it was made, itself included. */
  readonly inFlight: number;
}

export class ConcurrencyLimit {
  readonly #adaptive: Required<AdaptiveConcurrency> | undefined;
  #limit: number;
  #bestMs = Number.POSITIVE_INFINITY;
  /** Attempts to come that still tell of the time before the last decrease. */
  #deaf = 0;

  constructor(setting: number | AdaptiveConcurrency) {
    this.#adaptive = typeof setting === 'number' ? undefined : { min: 1, tolerance: 3, ...setting };
    this.#limit = typeof setting === 'number' ? setting : (setting.min ?? 1);
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  report({ ms, status, inFlight }: AttemptReport): void {
    if (this.#adaptive === undefined) return;
    const { min, max, tolerance } = this.#adaptive;
    const latency = Math.max(ms, NOISE_MS);
    this.#bestMs = Math.min(latency, this.#bestMs * (1 + FORGET));
    const loaded = OVERLOADED.has(status) || latency > this.#bestMs * tolerance;
    if (this.#deaf > 0) {
      this.#deaf -= 1;
      return;
    }
    if (loaded) {
      this.#deaf = inFlight - 1;
      this.#limit = Math.max(min, this.#limit * DECREASE);
    } else if (inFlight >= this.limit) this.#limit = Math.min(max, this.#limit + 1 / this.#limit);
  }
}
