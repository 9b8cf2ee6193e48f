/**
 * Time as the engine sees it. Never runs backwards within a process, whatever happens to the wall
 * clock.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after about `ms`; the returned function calls it off. */
  after(ms: number, callback: () => void): () => void;
}

/** Node waits at most this long in one timer; longer waits are taken up again when it fires. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Wall time at the start of the process, carried on by the monotonic clock. */
export const systemClock: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(ms, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
