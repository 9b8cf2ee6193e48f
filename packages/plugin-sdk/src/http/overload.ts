/**
 * How late the event loop is, as two numbers. `smoothed`: how long a timer waited of late; it stays low through a
 * single hold-up and rises when they do not end. `stalled`: the time since that timer last ran; it shows calls queued
 * behind a handler that is still busy. One timer for the whole process, started by the first call and never keeping the
 * process alive.
 */
const intervalMs = 20;
/** A hold-up has to be this many times longer than a lasting delay before calls behind it are turned away. */
const stallFactor = 3;

let lastTick = 0;
let smoothedMs = 0;

const tick = () => {
  const now = performance.now();
  const delay = Math.max(0, now - lastTick - intervalMs);
  smoothedMs = (smoothedMs * 2 + delay) / 3;
  lastTick = now;
};

/** Milliseconds the event loop is behind; 0 when it is on time. */
export const eventLoopDelayMs = (): number => smoothedMs;

/** Whether another call would only make matters worse. */
export const isOverloaded = (maxDelayMs: number): boolean => {
  if (lastTick === 0) {
    lastTick = performance.now();
    setInterval(tick, intervalMs).unref();
    return false;
  }
  return smoothedMs > maxDelayMs || performance.now() - lastTick - intervalMs > maxDelayMs * stallFactor;
};
