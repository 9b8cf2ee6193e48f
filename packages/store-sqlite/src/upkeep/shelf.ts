import { isSqliteDamage } from '../lanes/entry-reader.ts';
import type { LaneBook } from '../lanes/lane-book.ts';
import type { PlaceMemo } from '../lanes/place-memo.ts';
import type { SegmentCache } from '../rows/segment-cache.ts';
import type { Statements } from '../statements.ts';
import type { Tuning } from '../tuning.ts';

/** What the parts of the upkeep work with. */
export interface UpkeepTools {
  readonly statements: Statements;
  readonly cache: SegmentCache;
  readonly memo: PlaceMemo;
  readonly tuning: Tuning;
  /** Segments that SQLite cannot delete or that cannot be read: they are left alone. */
  readonly damaged: Set<number>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/**
 * SQLite cannot delete a segment: its pages are damaged. The transaction has to be given up and
 * made anew without it.
 */
export class UndeletableSegment extends Error {
  readonly id: number;

  constructor(id: number, cause: unknown) {
    super(`Segment ${id} cannot be deleted.`, { cause });
    this.id = id;
  }
}

/** The share of a piece's bytes that lives. */
export function liveShare({ bytes, count }: { bytes: number; count: number }, live: number): number {
  return Math.floor((bytes * live) / count);
}

/** Deletes a segment's row. */
export function deleteSegment({ statements, cache, damaged }: UpkeepTools, id: number): void {
  cache.forget(id);
  if (damaged.has(id)) return;
  try {
    statements.dropSegment.run(id);
  } catch (error) {
    throw isSqliteDamage(error) ? new UndeletableSegment(id, error) : error;
  }
}

/**
 * Changes to rows of the table `shelf` that belong to one transaction, each row written once. A
 * segment without pieces is deleted.
 */
export class ShelfChanges {
  readonly #tools: UpkeepTools;
  readonly #book: LaneBook;
  readonly #changes = new Map<number, { pieces: number; live: number }>();

  constructor(tools: UpkeepTools, book: LaneBook) {
    this.#tools = tools;
    this.#book = book;
  }

  /** How many segments are concerned. */
  get size(): number {
    return this.#changes.size;
  }

  /** So many pieces of a segment are gone, and so many bytes live no more. */
  take(segment: number, pieces: number, live: number): void {
    const change = this.#changes.get(segment);
    if (change === undefined) this.#changes.set(segment, { pieces, live });
    else {
      change.pieces += pieces;
      change.live += live;
    }
  }

  /** Writes the changes, and the lane's sums. */
  finish(): void {
    const { statements } = this.#tools;
    for (const [segment, { pieces, live }] of this.#changes) {
      const row = statements.changeShelf.get(pieces, live, segment);
      if (row === undefined) continue;
      this.#book.live -= live;
      if (row.pieces > 0) continue;
      statements.dropShelf.run(segment);
      this.#book.stored -= row.bytes;
      deleteSegment(this.#tools, segment);
    }
    if (this.#changes.size === 0) return;
    this.#book.nothingSparse = false;
    saveLane(statements, this.#book);
  }
}

/** Writes a lane's row. */
export function saveLane(statements: Statements, { tailStart, stored, live, number }: LaneBook): void {
  statements.setLane.run(tailStart, stored, live, number);
}
