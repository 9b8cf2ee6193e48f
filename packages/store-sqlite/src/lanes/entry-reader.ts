import { DatabaseError } from '../database.ts';
import type { EntriesMessage } from '../protocol.ts';
import { DamagedSegment, type SegmentCache } from '../rows/segment-cache.ts';
import type { Statements } from '../statements.ts';
import { EntryCollector } from './entry-collector.ts';
import type { LaneBook } from './lane-book.ts';
import type { Place, PlaceMemo } from './place-memo.ts';
import type { QueueBook } from './queue-book.ts';

/** Reads entries of a lane's queues. */
export class EntryReader {
  readonly #statements: Statements;
  readonly #cache: SegmentCache;
  readonly #memo: PlaceMemo;

  constructor(statements: Statements, cache: SegmentCache, memo: PlaceMemo) {
    this.#statements = statements;
    this.#cache = cache;
    this.#memo = memo;
  }

  /**
   * Entries from a position on that are not over, up to about `maxBytes`, at least one. Ends before
   * a damaged entry.
   *
   * @throws DatabaseError `STORE_CORRUPT` when the first one is damaged.
   */
  read(book: LaneBook, name: string, from: number, maxBytes: number): EntriesMessage {
    const found = new EntryCollector(book.tokens);
    const queue = book.byName.get(name);
    if (queue === undefined) return found.message();
    for (let position = queue.nextLive(from); position < queue.end; ) {
      if (found.count > 0 && found.bytes >= maxBytes) break;
      let next: number;
      try {
        next = this.#addRun(found, book, queue, position, maxBytes);
      } catch (error) {
        if (found.count === 0 || !isDamage(error)) throw error;
        break;
      }
      if (next === position) break;
      position = queue.nextLive(next);
    }
    return found.message();
  }

  /**
   * @throws DatabaseError `STORE_CORRUPT` when one of them is over, was never there, or is damaged.
   */
  readAt(book: LaneBook, name: string, positions: readonly number[]): EntriesMessage {
    const found = new EntryCollector(book.tokens);
    const queue = book.byName.get(name);
    let place: Place | undefined;
    for (const position of positions) {
      if (queue === undefined || position >= queue.end || queue.nextLive(position) !== position) {
        throw damage(book.number, name, position, 'there is none');
      }
      if (place === undefined || position < place.first || position >= place.first + place.count) {
        place = this.#placeOf(book, queue, position);
      }
      this.#add(found, book, queue, place, position, position + 1, Number.POSITIVE_INFINITY);
    }
    return found.message();
  }

  /**
   * Adds the entries from a live one on that stand in one piece, one after the other; returns the
   * position behind them.
   */
  #addRun(found: EntryCollector, book: LaneBook, queue: QueueBook, position: number, maxBytes: number): number {
    const place = this.#placeOf(book, queue, position);
    const to = queue.nextOver(position, place.first + place.count);
    return this.#add(found, book, queue, place, position, to, maxBytes);
  }

  #placeOf(book: LaneBook, queue: QueueBook, position: number): Place {
    const inTail = queue.tailPieceAt(position);
    if (inTail !== undefined) return { ...inTail, segment: inTail.segment.id };
    const known = this.#memo.find(queue.id, position);
    if (known !== undefined) return known;
    const row = this.#statements.pieceAt.get(queue.id, position);
    if (row === undefined || position >= row.first + row.count) {
      throw damage(book.number, queue.name, position, 'it is missing');
    }
    this.#memo.add(queue.id, row);
    return row;
  }

  #add(
    found: EntryCollector,
    { number }: LaneBook,
    queue: QueueBook,
    { segment: id, place, first }: Place,
    from: number,
    to: number,
    maxBytes: number,
  ): number {
    try {
      const segment = this.#cache.get(id);
      return (
        first + found.add(segment, place, segment.pieceData(place, queue.id, first), from - first, to - first, maxBytes)
      );
    } catch (error) {
      if (error instanceof DamagedSegment || isSqliteDamage(error)) {
        throw damage(number, queue.name, from, error instanceof Error ? error.message : String(error));
      }
      throw error;
    }
  }
}

function damage(lane: number, queue: string, position: number, why: string): DatabaseError {
  return new DatabaseError(
    'STORE_CORRUPT',
    `Lane ${lane} cannot give the entry at position ${position} of queue ${JSON.stringify(queue)}: ${why}. Other queues are not concerned.`,
  );
}

function isDamage(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === 'STORE_CORRUPT';
}

/** Whether SQLite found the file damaged. */
export function isSqliteDamage(error: unknown): boolean {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith('SQLITE_CORRUPT');
}
