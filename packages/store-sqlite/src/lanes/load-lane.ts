import { DatabaseError } from '../database.ts';
import { SegmentHead } from '../rows/segment-head.ts';
import { segmentIdsOf } from '../rows/segment-ids.ts';
import type { SegmentRow, Statements } from '../statements.ts';
import { LaneBook } from './lane-book.ts';
import type { TailSegment } from './tail.ts';

/**
 * Reads what is to be known of a lane: rows of queues, ranges that are over, and the heads of the
 * tail's segments. What lies behind the tail is not read.
 *
 * @throws DatabaseError `STORE_CORRUPT` when the head of a segment of the tail is damaged: then no
 *   one knows which positions were given.
 */
export function loadLane(statements: Statements, number: number): LaneBook {
  const ids = segmentIdsOf(number);
  const row = statements.lane.get(number) ?? { tail: ids.arrivals, stored: 0, live: 0 };
  const last = statements.lastSegment.get(ids.arrivals, ids.copies) ?? 0;
  const lastCopy = statements.lastSegment.get(ids.copies, ids.end) ?? ids.copies - 1;
  const book = new LaneBook({
    number,
    nextSegment: Math.max(row.tail, last + 1),
    nextCopy: lastCopy + 1,
    tailStart: row.tail,
    stored: row.stored,
    live: row.live,
  });
  for (const { id, token } of statements.owners.all(number)) book.tokens.set(id, token);
  loadQueues(statements, book);
  for (const segment of statements.segmentHeads.all(row.tail, ids.copies)) addToTail(book, segment);
  for (const queue of book.byId.values()) {
    queue.indexedBelow = queue.tail[0]?.first ?? queue.end;
    queue.trimTail(0);
    if (queue.removed) continue;
    book.sweeps.add(queue, 0, Math.min(queue.first, queue.indexedBelow));
    for (const [start, stop] of queue.over) book.sweeps.add(queue, start, Math.min(stop, queue.indexedBelow));
  }
  return book;
}

function loadQueues(statements: Statements, book: LaneBook): void {
  for (const row of statements.queues.all(book.number)) {
    const queue = book.addQueue({ ...row, name: String(JSON.parse(row.name)) });
    if (row.removed === 0) continue;
    queue.removed = true;
    book.removed.push(queue);
  }
  // A later queue may have the name of a removed one, whichever row came first.
  for (const queue of book.byId.values()) if (!queue.removed) book.byName.set(queue.name, queue);
  for (const [name, queue] of book.byName) if (queue.removed) book.byName.delete(name);
  for (const { queue, start, stop } of statements.overs.all(book.number)) book.byId.get(queue)?.over.add(start, stop);
}

function addToTail(book: LaneBook, { id, head: bytes, bytes: size }: SegmentRow): void {
  const head = SegmentHead.decode(bytes);
  if (head === undefined) {
    throw new DatabaseError(
      'STORE_CORRUPT',
      `Lane ${book.number}: the head of segment ${id} is damaged, so that the ends of its queues are not known. Restore a backup.`,
    );
  }
  const segment: TailSegment = { id, bytes: size, pieces: [], livePieces: 0 };
  head.pieces.forEach(({ queue: queueId, first, count, bytes: pieceBytes }, place) => {
    const queue = book.byId.get(queueId);
    if (queue === undefined) return;
    if (first >= queue.storedEnd) {
      queue.end = first + count;
      queue.bytes += pieceBytes;
    }
    const live = queue.live(first, first + count);
    const piece = { segment, queue, place, first, count, bytes: pieceBytes, live };
    segment.pieces.push(piece);
    queue.tail.push(piece);
    if (live > 0) segment.livePieces += 1;
  });
  book.tail.add(segment);
}
