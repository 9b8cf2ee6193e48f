import type Sqlite from 'better-sqlite3';
import { relaxedTransaction } from '../database.ts';
import type { LaneBook } from '../lanes/lane-book.ts';
import type { PlaceMemo } from '../lanes/place-memo.ts';
import type { SegmentCache } from '../rows/segment-cache.ts';
import type { Statements } from '../statements.ts';
import type { Tuning } from '../tuning.ts';
import { compact, isTooSparse } from './compact.ts';
import { dropDead } from './drop-dead.ts';
import { UndeletableSegment, type UpkeepTools } from './shelf.ts';
import { isTailTooLarge, shelve } from './shelve.ts';
import { sweep, sweepRemoved } from './sweep.ts';

/** Free pages at which some are given back to the system, and how many at a time. */
const FREE_PAGES = 4096;
const FREE_STEP = 128;
/** After a failure, such as a full disk, upkeep rests for so long. */
const REST_MS = 1000;

/** One kind of work on a lane, in slices. */
interface Job {
  readonly isDue: (book: LaneBook, tuning: Tuning) => boolean;
  /** Works until about this time; always does something. */
  readonly run: (tools: UpkeepTools, book: LaneBook, until: number) => void;
}

const JOBS: readonly Job[] = [
  { isDue: ({ tail }) => tail.dead.length > 0, run: dropDead },
  { isDue: ({ sweeps }) => sweeps.size > 0, run: sweep },
  { isDue: ({ removed }) => removed.length > 0, run: sweepRemoved },
  { isDue: isTailTooLarge, run: shelve },
  { isDue: isTooSparse, run: compact },
];

/**
 * Gives room back and keeps the tails small, a slice at a time between writes. Each slice is a
 * transaction that is not flushed to disk: it is durable with the next write, and what a crash
 * undoes is done again.
 */
export class Upkeep {
  readonly #db: Sqlite.Database;
  readonly #tools: UpkeepTools;
  readonly #books: ReadonlyMap<number, LaneBook>;
  readonly #reload: (lane: number) => void;
  readonly #freePages: Sqlite.Statement<[], number>;
  #restUntil = 0;
  #mayShrink = true;
  #turn = 0;

  /** `reload` is called for a lane whose transaction failed: its book is ahead of the tables. */
  constructor(given: {
    db: Sqlite.Database;
    statements: Statements;
    cache: SegmentCache;
    memo: PlaceMemo;
    books: ReadonlyMap<number, LaneBook>;
    tuning: Tuning;
    reload: (lane: number) => void;
  }) {
    this.#db = given.db;
    this.#tools = {
      statements: given.statements,
      cache: given.cache,
      memo: given.memo,
      tuning: given.tuning,
      damaged: new Set(),
      now: () => performance.now(),
    };
    this.#books = given.books;
    this.#reload = given.reload;
    this.#freePages = given.db.prepare<[], number>('PRAGMA freelist_count').pluck();
  }

  /** Bytes of pages that the file has and does not use. */
  freeBytes(): number {
    return (this.#freePages.get() ?? 0) * Number(this.#db.pragma('page_size', { simple: true }));
  }

  /** Milliseconds for which there is nothing to do after a failure. */
  get restMs(): number {
    return Math.max(0, this.#restUntil - this.#tools.now());
  }

  /**
   * Works for about so many milliseconds; returns whether there may be more to do. Jobs and lanes
   * take turns, so that a busy one keeps no other from its work.
   */
  work(ms: number): boolean {
    const until = this.#tools.now() + ms;
    if (this.restMs > 0) return true;
    const due = [...this.#books.values()].flatMap((book) =>
      book.failed === undefined
        ? JOBS.filter(({ isDue }) => isDue(book, this.#tools.tuning)).map((job) => ({ book, job }))
        : [],
    );
    for (let count = 0; count < due.length && this.#tools.now() < until; count += 1) {
      this.#turn += 1;
      const next = due[this.#turn % due.length];
      if (next !== undefined) this.#slice(next.book, next.job, until);
    }
    if (due.length > 0) this.#mayShrink = true;
    return due.length > 0 || this.#shrink();
  }

  #slice(book: LaneBook, { run }: Job, until: number): void {
    try {
      relaxedTransaction(this.#db, () => run(this.#tools, book, until));
    } catch (error) {
      if (error instanceof UndeletableSegment) this.#tools.damaged.add(error.id);
      else if (isSqliteError(error)) this.#restUntil = this.#tools.now() + REST_MS;
      else throw error;
      this.#reload(book.number);
    }
  }

  #shrink(): boolean {
    if (!this.#mayShrink) return false;
    this.#mayShrink = (this.#freePages.get() ?? 0) >= FREE_PAGES;
    if (this.#mayShrink) relaxedTransaction(this.#db, () => this.#db.pragma(`incremental_vacuum(${FREE_STEP})`));
    return this.#mayShrink;
  }
}

function isSqliteError(error: unknown): boolean {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith('SQLITE_');
}
