import { isSqliteDamage } from '../lanes/entry-reader.ts';
import type { LaneBook } from '../lanes/lane-book.ts';
import type { QueueBook } from '../lanes/queue-book.ts';
import { SegmentBuilder } from '../rows/segment-builder.ts';
import { DamagedSegment, type LoadedSegment } from '../rows/segment-cache.ts';
import { segmentIdsOf } from '../rows/segment-ids.ts';
import type { PieceRow, ShelfRow } from '../statements.ts';
import type { Tuning } from '../tuning.ts';
import { deleteSegment, saveLane, type UpkeepTools } from './shelf.ts';

/** Rows of the shelf looked at in one go. */
const STEP_SHELVES = 256;
/** Live bytes copied in one transaction, at most about. */
const STEP_BYTES = 512 * 1024;

/** A piece that is to be copied: its row, and where its data is. */
interface Found {
  readonly row: PieceRow;
  readonly queue: QueueBook;
  readonly owner: number;
  readonly data: Buffer;
}

/**
 * Whether there is more garbage behind the tail than there is live data, and segments to win it
 * from.
 */
export function isTooSparse({ stored, live, nothingSparse }: LaneBook, { garbageBytes }: Tuning): boolean {
  return !nothingSparse && stored - live > live + garbageBytes;
}

/** Copies what lives in sparse segments into new ones. Positions and tokens stay. */
export function compact(tools: UpkeepTools, book: LaneBook, until: number): void {
  const { arrivals, end } = segmentIdsOf(book.number);
  const behind = book.compactedTo ?? arrivals - 1;
  const shelves = tools.statements.shelvesFrom.all(behind, end, STEP_SHELVES);
  const builder = new SegmentBuilder(tools.tuning.segmentBytes);
  let copied = 0;
  for (const shelf of shelves) {
    if ((copied > 0 && tools.now() >= until) || builder.bytes >= STEP_BYTES) break;
    book.compactedTo = shelf.segment;
    if (shelf.live * 2 >= shelf.bytes || tools.damaged.has(shelf.segment)) continue;
    if (take(tools, book, shelf, builder)) copied += 1;
  }
  book.sparseSeen ||= copied > 0;
  const last = shelves.at(-1)?.segment;
  if (shelves.length < STEP_SHELVES && (last === undefined || book.compactedTo === last)) {
    // Once round: when nothing was sparse, there is nothing to do until something ends.
    book.nothingSparse = !book.sparseSeen;
    book.sparseSeen = false;
    book.compactedTo = undefined;
  }
  addCopies(tools, book, builder);
  if (copied === 0) return;
  tools.memo.clear();
  saveLane(tools.statements, book);
}

/**
 * Takes what lives in a segment and deletes it; returns false for a damaged one, which is left
 * alone.
 */
function take(tools: UpkeepTools, book: LaneBook, shelf: ShelfRow, builder: SegmentBuilder): boolean {
  let segment: LoadedSegment;
  let found: readonly Found[];
  try {
    segment = tools.cache.load(shelf.segment);
    found = livePieces(tools, book, shelf.segment, segment);
  } catch (error) {
    if (!(error instanceof DamagedSegment) && !isSqliteDamage(error)) throw error;
    tools.damaged.add(shelf.segment);
    return false;
  }
  for (const { row, queue, owner, data } of found) {
    const stop = row.first + row.count;
    for (let from = queue.removed ? stop : queue.nextLive(row.first); from < stop; ) {
      const to = queue.nextOver(from, stop);
      const { head } = segment;
      const start = head.endOf(row.place, from - row.first - 1);
      const end = head.endOf(row.place, to - row.first - 1);
      builder.add(
        queue.id,
        owner,
        from,
        data.subarray(start, end),
        head.lengthsOf(row.place, from - row.first, to - row.first),
      );
      from = queue.nextLive(to);
    }
    tools.statements.dropPiece.run(queue.id, row.first);
  }
  tools.statements.dropShelf.run(shelf.segment);
  deleteSegment(tools, shelf.segment);
  book.stored -= shelf.bytes;
  book.live -= shelf.live;
  return true;
}

/** @throws DamagedSegment */
function livePieces({ statements }: UpkeepTools, book: LaneBook, id: number, segment: LoadedSegment): Found[] {
  return segment.head.pieces.flatMap(({ queue: queueId, first, owner }, place) => {
    const row = statements.piece.get(queueId, first);
    if (row === undefined || row.segment !== id || row.place !== place) return [];
    const queue = book.byId.get(queueId);
    if (queue === undefined) throw new DamagedSegment('the index names a queue that is not there');
    return [{ row, queue, owner, data: segment.pieceData(place, queueId, first) }];
  });
}

function addCopies({ statements }: UpkeepTools, book: LaneBook, builder: SegmentBuilder): void {
  for (const { head, data, pieces } of builder.build()) {
    const id = book.nextCopy;
    book.nextCopy += 1;
    statements.addSegment.run(id, head, data);
    pieces.forEach(({ queue, first, count, bytes }, place) => {
      statements.addPiece.run(queue, first, count, count, bytes, id, place);
    });
    statements.addShelf.run(id, pieces.length, data.length, data.length);
    book.stored += data.length;
    book.live += data.length;
  }
}
