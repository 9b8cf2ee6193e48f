import type { LaneBook } from '../lanes/lane-book.ts';
import type { TailSegment } from '../lanes/tail.ts';
import { deleteSegment, type UpkeepTools } from './shelf.ts';

/** Deletes segments of the tail in which nothing lives. */
export function dropDead(tools: UpkeepTools, { tail }: LaneBook, until: number): void {
  const gone = new Set<TailSegment>();
  for (const segment of tail.dead) {
    if (gone.size > 0 && tools.now() >= until) break;
    deleteSegment(tools, segment.id);
    gone.add(segment);
  }
  tail.remove(gone);
}
