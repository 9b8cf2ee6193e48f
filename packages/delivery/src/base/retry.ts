/** How a failed attempt is repeated. */
export interface RetryPolicy {
  /** Failed attempts after which a batch is a dead letter. Default 10. Infinity: never. */
  readonly maxAttempts: number;
  /** Upper bound of the first wait, in milliseconds; doubles with each failure. Default 200. */
  readonly baseMs: number;
  /** Upper bound of any wait, in milliseconds. Default 60,000. */
  readonly capMs: number;
  /** Longest delay that the other side can ask for, in milliseconds. Default one hour. */
  readonly maxDelayMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 10, baseMs: 200, capMs: 60_000, maxDelayMs: 3_600_000 };

/**
 * Full jitter: anything from 0 to the exponential bound, so that those who failed together do not
 * return together.
 */
export function backoffMs(failures: number, policy: RetryPolicy, random: () => number): number {
  const bound = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(failures - 1, 52));
  return Math.ceil(random() * bound);
}

/** A requested delay as the engine honours it: finite, positive, capped; otherwise 0. */
export function honouredDelayMs(requested: number | undefined, policy: RetryPolicy): number {
  if (requested === undefined || !(requested > 0)) return 0;
  return Math.min(requested, policy.maxDelayMs);
}
