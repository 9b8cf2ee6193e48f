import type { Tuning } from '../tuning.ts';

/**
 * Sizes so small that a few hundred entries fill segments, leave the tail, get sparse and are
 * copied forward.
 */
export const SMALL: Tuning = {
  segmentBytes: 800,
  tailSegments: 3,
  tailBytes: 2400,
  garbageBytes: 0,
  cacheBytes: 4000,
};
