import type { QueueBook } from './queue-book.ts';

/** Neighbouring entries of one queue in a segment of the tail. */
export interface TailPiece {
  readonly segment: TailSegment;
  readonly queue: QueueBook;
  /** Which of the segment's pieces it is. */
  readonly place: number;
  readonly first: number;
  readonly count: number;
  readonly bytes: number;
  /** Entries that are not over. */
  live: number;
}

/** One of a lane's newest segments, which are known in memory and stand in no index. */
export interface TailSegment {
  readonly id: number;
  readonly bytes: number;
  readonly pieces: TailPiece[];
  /** Pieces with live entries. */
  livePieces: number;
}

/** A lane's newest segments, oldest first. Segments die in any order. */
export class Tail {
  #segments: TailSegment[] = [];
  #bytes = 0;
  /** Segments without a live entry, to be deleted. */
  dead: TailSegment[] = [];

  get segments(): readonly TailSegment[] {
    return this.#segments;
  }

  get size(): number {
    return this.#segments.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(segment: TailSegment): void {
    this.#segments.push(segment);
    this.#bytes += segment.bytes;
    if (segment.livePieces === 0) this.dead.push(segment);
  }

  /** An entry's end has been noted in its queue: counts anew what lives of a piece. */
  recount(piece: TailPiece): void {
    const { queue, first, count, segment } = piece;
    const live = queue.live(first, first + count);
    if (piece.live > 0 && live === 0) {
      segment.livePieces -= 1;
      if (segment.livePieces === 0) this.dead.push(segment);
    }
    piece.live = live;
  }

  /** Forgets segments that were deleted or left the tail. */
  remove(gone: ReadonlySet<TailSegment>): void {
    this.#segments = this.#segments.filter((segment) => !gone.has(segment));
    this.dead = this.dead.filter((segment) => !gone.has(segment));
    for (const { bytes } of gone) this.#bytes -= bytes;
  }
}
