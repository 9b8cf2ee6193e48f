/**
 * A token bucket per application: `perSecond` calls at once, refilled evenly. Pure: the time is passed in.
 */
export class RateLimiter {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /** @param perSecond calls per second of one application; 0 means no limit */
  constructor(private readonly perSecond: number) {}

  /**
   * Takes a token.
   *
   * @param nowMs any steady clock, in milliseconds
   * @returns 0 when the call may go on, else the seconds until it may be tried again
   */
  take(application: string, nowMs: number): number {
    if (this.perSecond === 0) return 0;
    const bucket = this.#buckets.get(application) ?? { tokens: this.perSecond, at: nowMs };
    const refilled = bucket.tokens + (Math.max(0, nowMs - bucket.at) / 1_000) * this.perSecond;
    const tokens = Math.min(this.perSecond, refilled);
    const allowed = tokens >= 1;
    this.#buckets.set(application, { tokens: allowed ? tokens - 1 : tokens, at: nowMs });
    return allowed ? 0 : (1 - tokens) / this.perSecond;
  }
}
