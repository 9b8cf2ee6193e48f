import type { LaneBook } from '../lanes/lane-book.ts';
import type { Sweep } from '../lanes/sweeps.ts';
import { liveShare, ShelfChanges, type UpkeepTools } from './shelf.ts';

/** Rows looked at between two looks at the clock. */
const STEP_PIECES = 64;
const STEP_OVERS = 512;
/**
 * Segments that one slice may change. They are deleted at its end, when the clock is not looked at any
 * more, and that takes longer than to sweep their pieces.
 */
const SLICE_SEGMENTS = 128;

/**
 * Takes what is over out of the table `piece`: rows of dead pieces go, others get their number of
 * live entries anew.
 */
export function sweep(tools: UpkeepTools, book: LaneBook, until: number): void {
  const shelf = new ShelfChanges(tools, book);
  let done = 0;
  for (const one of book.sweeps.waiting) {
    while (!sweepSome(tools, shelf, one)) if (isEnough(tools, shelf, until)) break;
    if (one.from < one.to) break;
    done += 1;
    if (isEnough(tools, shelf, until)) break;
  }
  book.sweeps.done(done);
  shelf.finish();
}

/** Sweeps some pieces; returns whether the sweep is done. */
function sweepSome({ statements }: UpkeepTools, shelf: ShelfChanges, one: Sweep): boolean {
  const { queue } = one;
  // The rows of a removed queue go with the queue.
  if (queue.removed) one.from = one.to;
  if (one.from >= one.to) return true;
  const before = statements.pieceAt.get(queue.id, one.from);
  const start = before !== undefined && before.first + before.count > one.from ? before.first : one.from;
  const rows = statements.piecesFrom.all(queue.id, start, one.to, STEP_PIECES);
  for (const row of rows) {
    const live = queue.live(row.first, row.first + row.count);
    if (live === row.live) continue;
    const share = liveShare(row, row.live) - liveShare(row, live);
    shelf.take(row.segment, live === 0 ? 1 : 0, share);
    if (live === 0) statements.dropPiece.run(queue.id, row.first);
    else statements.setPieceLive.run(live, queue.id, row.first);
  }
  const last = rows.at(-1);
  one.from = rows.length < STEP_PIECES || last === undefined ? one.to : last.first + last.count;
  return one.from >= one.to;
}

/** Deletes the rows of removed queues, at last the queue's own. */
export function sweepRemoved(tools: UpkeepTools, book: LaneBook, until: number): void {
  const { statements } = tools;
  const shelf = new ShelfChanges(tools, book);
  for (let [queue] = book.removed; queue !== undefined; [queue] = book.removed) {
    const rows = statements.piecesFrom.all(queue.id, 0, Number.MAX_SAFE_INTEGER, STEP_PIECES);
    for (const row of rows) {
      statements.dropPiece.run(queue.id, row.first);
      shelf.take(row.segment, 1, liveShare(row, row.live));
    }
    if (rows.length === 0 && statements.dropSomeOver.run({ queue: queue.id, most: STEP_OVERS }).changes === 0) {
      statements.dropQueue.run(queue.id);
      book.byId.delete(queue.id);
      book.removed.shift();
    }
    if (isEnough(tools, shelf, until)) break;
  }
  shelf.finish();
}

function isEnough({ now }: UpkeepTools, shelf: ShelfChanges, until: number): boolean {
  return shelf.size >= SLICE_SEGMENTS || now() >= until;
}
