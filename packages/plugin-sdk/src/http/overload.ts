/**
 * How late the event loop is. A timer tells how long it waited; between two ticks the time since the last one tells
 * it, so that calls queued behind a busy handler are seen while it is still busy. One timer for the whole process,
 * started by the first call and never keeping the process alive.
 */
const intervalMs = 20;

let lastTick = 0;
let smoothedDelayMs = 0;

const tick = () => {
  const now = performance.now();
  const delay = Math.max(0, now - lastTick - intervalMs);
  smoothedDelayMs = (smoothedDelayMs * 2 + delay) / 3;
  lastTick = now;
};

/** Milliseconds the event loop is behind; 0 when it is on time. */
export const eventLoopDelayMs = (): number => {
  if (lastTick === 0) {
    lastTick = performance.now();
    setInterval(tick, intervalMs).unref();
    return 0;
  }
  return Math.max(smoothedDelayMs, performance.now() - lastTick - intervalMs);
};
