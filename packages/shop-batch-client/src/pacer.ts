/**
 * Takes turns against a clock; pure: time is passed in.
 *
 * A bucket of `perSecond` tokens, each of which comes back one second after it was taken. Unlike a bucket that refills
 * evenly, it never lets more than `perSecond` requests go in any second, which is what the shop counts.
 */
export class Pacer {
  readonly #takenAt: number[];
  readonly #windowMs: number;
  #next = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  /** `perSecond` may be below 1; Infinity paces nothing. */
  constructor(perSecond: number) {
    const tokens = Number.isFinite(perSecond) ? Math.max(1, Math.floor(perSecond)) : 0;
    this.#takenAt = new Array<number>(tokens).fill(Number.NEGATIVE_INFINITY);
    this.#windowMs = tokens === 0 ? 0 : (tokens / perSecond) * 1_000;
  }

  /** No turn before `until`, whatever the bucket holds. */
  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }

  /** Milliseconds to wait before asking again; 0 when the turn was taken. */
  take(now: number): number {
    if (now < this.#pausedUntil) return Math.ceil(this.#pausedUntil - now);
    if (this.#takenAt.length === 0) return 0;
    const backAt = (this.#takenAt[this.#next] as number) + this.#windowMs;
    if (now < backAt) return Math.ceil(backAt - now);
    this.#takenAt[this.#next] = now;
    this.#next = (this.#next + 1) % this.#takenAt.length;
    return 0;
  }
}
