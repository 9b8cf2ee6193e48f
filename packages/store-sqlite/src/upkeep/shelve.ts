import type { LaneBook } from '../lanes/lane-book.ts';
import type { TailPiece, TailSegment } from '../lanes/tail.ts';
import type { Tuning } from '../tuning.ts';
import { deleteSegment, liveShare, saveLane, type UpkeepTools } from './shelf.ts';

/** A tail that exceeded its limits shrinks to this part of them. */
const SHRINK_TO = 3 / 4;
/**
 * Pieces that go in one transaction, at about which it ends. Their rows are sorted: of 1,000 queues
 * behind, each page of the table `piece` is then written once for many segments.
 */
const STEP_PIECES = 2000;

/**
 * Whether segments have to leave the tail: it exceeds its limits, or did and is not well below them
 * yet.
 */
export function isTailTooLarge({ tail, shelving }: Pick<LaneBook, 'tail' | 'shelving'>, tuning: Tuning): boolean {
  return exceeds(tail.size, tail.bytes, tuning, shelving ? SHRINK_TO : 1);
}

/** Moves the tail's oldest segments to the shelf. */
export function shelve(tools: UpkeepTools, book: LaneBook): void {
  const { tail } = book;
  const moved = new Set<TailSegment>();
  const pieces: TailPiece[] = [];
  let { bytes } = tail;
  for (const segment of tail.segments) {
    const isEnough = !exceeds(tail.size - moved.size, bytes, tools.tuning, SHRINK_TO);
    if (isEnough || pieces.length >= STEP_PIECES) break;
    moved.add(segment);
    bytes -= segment.bytes;
    for (const piece of segment.pieces) if (piece.live > 0) pieces.push(piece);
  }
  addRows(tools, book, moved, pieces);
  tail.remove(moved);
  book.shelving = isTailTooLarge({ tail, shelving: true }, tools.tuning);
}

function exceeds(segments: number, bytes: number, { tailSegments, tailBytes }: Tuning, part: number): boolean {
  return segments > tailSegments * part || bytes > tailBytes * part;
}

function addRows(tools: UpkeepTools, book: LaneBook, moved: ReadonlySet<TailSegment>, pieces: TailPiece[]): void {
  const { statements } = tools;
  const live = new Map<TailSegment, number>();
  pieces.sort((a, b) => a.queue.id - b.queue.id || a.first - b.first);
  for (const piece of pieces) {
    const { queue, first, count, bytes, segment, place } = piece;
    statements.addPiece.run(queue.id, first, count, piece.live, bytes, segment.id, place);
    live.set(segment, (live.get(segment) ?? 0) + liveShare(piece, piece.live));
    queue.indexedBelow = first + count;
    if (queue.storedEnd >= queue.end) continue;
    statements.setQueue.run(queue.first, queue.end, queue.bytes, queue.id);
    queue.storedEnd = queue.end;
  }
  for (const segment of moved) {
    book.tailStart = segment.id + 1;
    if (segment.livePieces === 0) {
      deleteSegment(tools, segment.id);
      continue;
    }
    const share = live.get(segment) ?? 0;
    statements.addShelf.run(segment.id, segment.livePieces, segment.bytes, share);
    book.stored += segment.bytes;
    book.live += share;
  }
  for (const { queue } of pieces) queue.trimTail(book.tailStart - 1);
  saveLane(statements, book);
}
