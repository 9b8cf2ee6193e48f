/** Waiting between attempts. */
export interface Backoff {
  /** First wait, milliseconds. Default 500. */
  readonly baseMs: number;
  /** Longest wait, milliseconds. Default 30,000. */
  readonly maxMs: number;
}

/**
 * The wait before the next attempt after `failures` in a row: doubling, with a random half, so that clients which failed
 * together do not come back together.
 */
export function backoffMs({ baseMs, maxMs }: Backoff, failures: number, random: number): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(full / 2 + (full / 2) * random);
}
