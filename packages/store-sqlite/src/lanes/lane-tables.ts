import type Sqlite from 'better-sqlite3';
import { DatabaseError } from '../database.ts';
import type { EntriesMessage, LaneRef, OwnedLane, WriteMessage } from '../protocol.ts';
import { SegmentCache } from '../rows/segment-cache.ts';
import { segmentIdsOf } from '../rows/segment-ids.ts';
import { prepareStatements, type Statements } from '../statements.ts';
import type { StoreFault } from '../store-fault.ts';
import { drawToken } from '../token.ts';
import type { Tuning } from '../tuning.ts';
import { Upkeep } from '../upkeep/upkeep.ts';
import { EntryReader } from './entry-reader.ts';
import type { LaneBook } from './lane-book.ts';
import { LaneWriter } from './lane-writer.ts';
import { loadLane } from './load-lane.ts';
import { PlaceMemo } from './place-memo.ts';

/** What became of one write: positions of the first entries, or why it was not done. */
export type WriteResult = { readonly firsts: readonly number[] } | { readonly fault: StoreFault };

/** All lanes of a store, as the worker thread has them. */
export class LaneTables {
  readonly #db: Sqlite.Database;
  readonly #statements: Statements;
  readonly #cache: SegmentCache;
  readonly #memo = new PlaceMemo();
  readonly #tuning: Tuning;
  readonly #reader: EntryReader;
  readonly #describe: (error: unknown) => StoreFault;
  /** Owned lanes. */
  readonly #books = new Map<number, LaneBook>();
  readonly upkeep: Upkeep;

  /** `describe` makes a fault of what SQLite throws. */
  constructor(db: Sqlite.Database, tuning: Tuning, describe: (error: unknown) => StoreFault) {
    this.#db = db;
    this.#tuning = tuning;
    this.#describe = describe;
    this.#statements = prepareStatements(db);
    this.#cache = new SegmentCache(this.#statements, tuning.cacheBytes);
    this.#reader = new EntryReader(this.#statements, this.#cache, this.#memo);
    this.upkeep = new Upkeep({
      db,
      statements: this.#statements,
      cache: this.#cache,
      memo: this.#memo,
      books: this.#books,
      tuning,
      reload: (lane) => this.#reload(lane),
    });
  }

  own(lane: number): OwnedLane {
    this.#books.delete(lane);
    this.#forgetRead();
    const token = drawToken();
    const book = this.#db
      .transaction(() => {
        if (this.#statements.lane.get(lane) === undefined) {
          this.#statements.addLane.run(lane, segmentIdsOf(lane).arrivals);
        }
        const loaded = loadLane(this.#statements, lane);
        if (loaded.isEmpty) this.#statements.dropOwners.run(lane);
        loaded.owner = Number(this.#statements.addOwner.run(lane, token).lastInsertRowid);
        return loaded;
      })
      .immediate();
    book.tokens.set(book.owner, token);
    this.#books.set(lane, book);
    const queues = [...book.byName.values()].map(({ name, first, end, bytes }) => [name, first, end, bytes] as const);
    return { lane, owner: book.owner, token, queues };
  }

  release(ref: LaneRef): void {
    this.#bookOf(ref);
    this.#books.delete(ref.lane);
  }

  /**
   * Does several writes in one transaction, hence one flush to disk. When that fails, the writes of
   * each lane are done by themselves, so that one lane's failure is not another's.
   */
  write(writes: readonly WriteMessage[]): WriteResult[] {
    const lanes = new Set(writes.map(({ lane }) => lane));
    try {
      return this.#db.transaction(() => this.#writeAll(writes)).immediate();
    } catch (error) {
      for (const lane of lanes) this.#reload(lane);
      if (lanes.size === 1) return this.#fail(writes, error);
    }
    const results = new Map<WriteMessage, WriteResult>();
    for (const lane of lanes) {
      const its = writes.filter((write) => write.lane === lane);
      this.write(its).forEach((result, index) => {
        for (const write of its.slice(index, index + 1)) results.set(write, result);
      });
    }
    return writes.flatMap((write) => results.get(write) ?? []);
  }

  read({ queue, from, maxBytes, ...ref }: LaneRef & { queue: string; from: number; maxBytes: number }): EntriesMessage {
    return this.#reader.read(this.#bookOf(ref), queue, from, maxBytes);
  }

  readAt({ queue, positions, ...ref }: LaneRef & { queue: string; positions: readonly number[] }): EntriesMessage {
    return this.#reader.readAt(this.#bookOf(ref), queue, positions);
  }

  scan({ prefix, after, limit, ...ref }: LaneRef & { prefix: string; after: string | undefined; limit: number }) {
    this.#bookOf(ref);
    // State keys are compared as text; U+10FFFF follows everything that begins with the prefix.
    const end = `${prefix}\u{10FFFF}`;
    return after === undefined || after < prefix
      ? this.#statements.scanFrom.all(ref.lane, prefix, end, limit)
      : this.#statements.scan.all(ref.lane, after, end, limit);
  }

  get({ key, ...ref }: LaneRef & { key: string }): string | undefined {
    this.#bookOf(ref);
    return this.#statements.get.get(ref.lane, key);
  }

  #writeAll(writes: readonly WriteMessage[]): WriteResult[] {
    const writers = new Map<number, LaneWriter>();
    const results = writes.map((write): WriteResult => {
      const book = this.#books.get(write.lane);
      if (book === undefined || book.owner !== write.owner) return { fault: fencedFault(write) };
      if (book.failed !== undefined) return { fault: book.failed };
      let writer = writers.get(write.lane);
      if (writer === undefined) {
        writer = new LaneWriter(book, this.#statements, this.#tuning.segmentBytes);
        writers.set(write.lane, writer);
      }
      return { firsts: writer.write(write) };
    });
    for (const writer of writers.values()) writer.finish();
    return results;
  }

  /** The writes of one lane failed: later ones must not go in behind the gap. */
  #fail(writes: readonly WriteMessage[], error: unknown): WriteResult[] {
    const fault = this.#describe(error);
    return writes.map(({ lane, owner }) => {
      const book = this.#books.get(lane);
      if (book === undefined || book.owner !== owner) return { fault: fencedFault({ lane, owner }) };
      book.failed ??= {
        code: fault.code,
        message: `Lane ${lane} takes no more writes, since one failed and later ones would leave a gap. Take the lane anew. ${fault.message}`,
      };
      return { fault };
    });
  }

  /** A transaction failed: its lanes' books are ahead of the tables. */
  #reload(lane: number): void {
    const book = this.#books.get(lane);
    if (book === undefined) return;
    this.#forgetRead();
    try {
      const loaded = loadLane(this.#statements, lane);
      loaded.owner = book.owner;
      loaded.failed = book.failed;
      this.#books.set(lane, loaded);
    } catch (error) {
      book.failed ??= this.#describe(error);
    }
  }

  /** What was read may have another id or another place now. */
  #forgetRead(): void {
    this.#cache.clear();
    this.#memo.clear();
  }

  #bookOf(ref: LaneRef): LaneBook {
    const book = this.#books.get(ref.lane);
    if (book !== undefined && book.owner === ref.owner) return book;
    const { code, message } = fencedFault(ref);
    throw new DatabaseError(code, message);
  }
}

function fencedFault({ lane }: LaneRef): StoreFault {
  return { code: 'FENCED', message: `Lane ${lane} has another owner now; this one has stopped.` };
}
