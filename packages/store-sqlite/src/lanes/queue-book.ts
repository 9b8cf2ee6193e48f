import { Ranges } from './ranges.ts';
import type { TailPiece } from './tail.ts';

/** Rows of the table `over` to change with a queue. */
export interface OverChange {
  readonly dropped: readonly number[];
  readonly added: readonly [start: number, stop: number] | undefined;
}

const NO_CHANGE: OverChange = { dropped: [], added: undefined };

/** A queue's row as it is read. */
export interface QueueRow {
  readonly id: number;
  readonly name: string;
  readonly first: number;
  readonly end: number;
  readonly bytes: number;
}

/**
 * What is known of a queue without reading its entries.
 *
 * Invariants:
 * - Everything below `first` is over, the entry at `first` is not (or `first` is `end`).
 * - `over` has the positions above `first` that are over. Together they say exactly which entries
 *   live: what the pieces count is derived.
 * - Pieces below `indexedBelow` may stand in the table `piece`; every piece from there on is in
 *   `tail`.
 */
export class QueueBook {
  readonly id: number;
  readonly name: string;
  first: number;
  end: number;
  bytes: number;
  /** `end` as the queue's row has it. */
  storedEnd: number;
  removed = false;
  indexedBelow = 0;
  readonly over = new Ranges();
  /** Pieces in segments of the tail, in order. The first one has live entries. */
  tail: TailPiece[] = [];

  constructor({ id, name, first, end, bytes }: QueueRow) {
    this.id = id;
    this.name = name;
    this.first = first;
    this.end = end;
    this.bytes = bytes;
    this.storedEnd = end;
  }

  /** Entries from `from` to below `to` are over. */
  markOver(from: number, to: number): OverChange {
    const start = Math.max(from, this.first);
    const stop = Math.min(to, this.end);
    if (start >= stop) return NO_CHANGE;
    if (start > this.first) {
      const change = this.over.add(start, stop);
      return { dropped: change.dropped, added: [change.start, change.stop] };
    }
    this.first = this.over.firstOutside(stop);
    return { dropped: this.over.dropBelow(this.first), added: undefined };
  }

  /** How many entries from `from` to below `to` are not over. */
  live(from: number, to: number): number {
    if (this.removed) return 0;
    const start = Math.max(from, this.first);
    return start >= to ? 0 : to - start - this.over.count(start, to);
  }

  /** The first entry from `position` on that is not over; `end` when there is none. */
  nextLive(position: number): number {
    return Math.min(this.end, this.over.firstOutside(Math.max(position, this.first)));
  }

  /** The first entry from `position` on that is over, or `limit`. */
  nextOver(position: number, limit: number): number {
    return Math.min(limit, this.over.firstInside(position));
  }

  /** The tail's piece that has an entry. */
  tailPieceAt(position: number): TailPiece | undefined {
    const index = this.#tailIndex(position);
    const piece = this.tail[index];
    return piece !== undefined && piece.first <= position ? piece : undefined;
  }

  /** The tail's pieces with entries from `from` to below `to`. */
  *tailPieces(from: number, to: number): Generator<TailPiece> {
    for (let index = this.#tailIndex(from); index < this.tail.length; index += 1) {
      const piece = this.tail[index];
      if (piece === undefined || piece.first >= to) return;
      yield piece;
    }
  }

  /** Forgets the tail's first pieces, as far as they are dead or in segments up to this one. */
  trimTail(upToSegment: number): void {
    const keep = this.tail.findIndex(({ live, segment }) => live > 0 && segment.id > upToSegment);
    if (keep === 0) return;
    if (keep === -1) this.tail = [];
    else this.tail.splice(0, keep);
  }

  /** Index of the first piece that ends behind a position. */
  #tailIndex(position: number): number {
    let low = 0;
    let high = this.tail.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const piece = this.tail[middle];
      if (piece !== undefined && piece.first + piece.count <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
