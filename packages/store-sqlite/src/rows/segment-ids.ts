/**
 * A lane's segments have ids from its number times this. Ids stay whole numbers for 8,191 lanes.
 */
const SPAN = 2 ** 40;
/** Segments that compaction wrote, in the upper half of the lane's ids. */
const COPIES = SPAN / 2;

/** Bounds of a lane's segment ids, each from the one to below the next. */
export function segmentIdsOf(lane: number): {
  readonly arrivals: number;
  readonly copies: number;
  readonly end: number;
} {
  const start = lane * SPAN;
  return { arrivals: start + 1, copies: start + COPIES, end: start + SPAN };
}

/** The lane that a segment belongs to. */
export function laneOfSegment(id: number): number {
  return Math.floor(id / SPAN);
}
