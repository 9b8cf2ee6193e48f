import type { Tuning } from '../tuning.ts';

/** Sizes so small that a few hundred entries fill segments, leave the tail, get sparse and are copied forward. */
export const SMALL: Tuning = {
  segmentBytes: 400,
  tailSegments: 4,
  tailBytes: 1600,
  garbageBytes: 200,
  cacheBytes: 2000,
};
