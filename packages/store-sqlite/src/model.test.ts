/**
 * Random work on a SQLite store and on a memory store has to read the same at any time, reopenings
 * in between.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lane, type LaneWrite, MemoryStore } from '@batchfeed/delivery';
import { entriesOf, writeOf } from '@batchfeed/delivery/testing';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTunedStore, type SqliteStore } from './sqlite-store.ts';
import { SMALL } from './testing/small-tuning.ts';

const RUNS = Number(process.env.BATCHFEED_RUNS ?? 25);
const QUEUES = ['a', 'b', 'c'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-sqlite-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const queue = fc.constantFrom(...QUEUES);
const lane = fc.nat({ max: 1 });
const texts = fc.array(fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 1000 })), { maxLength: 20 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('append'), lane, sizes: fc.dictionary(queue, texts) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('prefix'),
      lane,
      queue,
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('over'),
      lane,
      ranges: fc.array(fc.tuple(queue, fc.nat({ max: 300 }), fc.integer({ min: 1, max: 30 })), { maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('thin'), lane, queue, keep: fc.integer({ min: 2, max: 20 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove'), lane, queue }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('put'), lane, queue, value: fc.option(fc.string()) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rest'), turns: fc.nat({ max: 10 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('own'), lane }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen') }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const range = (name: string, position: number) => ({ queue: name, from: position, to: position + 1 });

/** Lets the store's thread go round so often; each time it does a slice of its upkeep. */
async function turns(store: SqliteStore, count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await store.freeBytes();
}

/** Both stores, with the lanes owned. */
class Pair {
  readonly file: string;
  readonly memory = new MemoryStore({ lanes: 2 });
  #sqlite: SqliteStore | undefined;
  #lanes: { memory: Lane; sqlite: Lane }[] = [];
  #written = 0;
  /** Index of each token in the order in which they were drawn, the same in both stores. */
  readonly #tokens = new Map<string, number>();

  constructor(file: string) {
    this.file = file;
  }

  async open(): Promise<void> {
    this.#sqlite = await openTunedStore({ file: this.file, lanes: 2 }, SMALL);
    for (const number of [0, 1]) await this.own(number);
  }

  async close(): Promise<void> {
    await this.#sqlite?.close();
  }

  get sqlite(): SqliteStore {
    if (this.#sqlite === undefined) throw new Error('The store is not open.');
    return this.#sqlite;
  }

  async own(number: number): Promise<void> {
    const [memory, sqlite] = [await this.memory.own(number), await this.sqlite.own(number)];
    this.#lanes[number] = { memory, sqlite };
    this.#tokens.set(memory.token, this.#tokens.size);
    this.#tokens.set(sqlite.token, this.#tokens.size - 1);
    expect(new Map(sqlite.queues)).toEqual(new Map(memory.queues));
  }

  lane(number: number): { memory: Lane; sqlite: Lane } {
    const found = this.#lanes[number];
    if (found === undefined) throw new Error(`Lane ${number} is not owned.`);
    return found;
  }

  async write(number: number, write: LaneWrite): Promise<void> {
    const { memory, sqlite } = this.lane(number);
    const firsts = await this.memory.write(memory, write);
    expect(await this.sqlite.write(sqlite, write)).toEqual(firsts);
  }

  text(size: number): string {
    this.#written += 1;
    return `${this.#written}`.padEnd(size, this.#written % 3 === 0 ? 'ü' : 'x');
  }

  async do(one: Step): Promise<void> {
    if (one.kind === 'append') {
      const append = Object.entries(one.sizes).map(([name, sizes]) => [name, sizes.map((size) => this.text(size))]);
      await this.write(one.lane, writeOf({ append: Object.fromEntries(append) }));
    } else if (one.kind === 'prefix') {
      const [first] = await this.lane(one.lane).memory.read(one.queue, 0, 1);
      const last = (await entriesOf(this.lane(one.lane).memory, one.queue)).at(-1);
      if (first === undefined || last === undefined) return;
      const to = first.position + Math.ceil((last.position + 1 - first.position) * one.part);
      await this.write(one.lane, writeOf({ over: [{ queue: one.queue, from: first.position, to }] }));
    } else if (one.kind === 'over') {
      const over = one.ranges.map(([name, from, count]) => ({ queue: name, from, to: from + count }));
      await this.write(one.lane, writeOf({ over }));
    } else if (one.kind === 'thin') {
      const entries = await entriesOf(this.lane(one.lane).memory, one.queue);
      const over = entries.filter(({ position }) => position % one.keep > 0);
      await this.write(one.lane, writeOf({ over: over.map(({ position }) => range(one.queue, position)) }));
    } else if (one.kind === 'remove') await this.write(one.lane, writeOf({ remove: [one.queue] }));
    else if (one.kind === 'put') await this.write(one.lane, writeOf({ put: { [one.queue]: one.value } }));
    else if (one.kind === 'rest') await turns(this.sqlite, one.turns);
    else if (one.kind === 'own') await this.own(one.lane);
    else {
      await this.close();
      await this.open();
    }
  }

  /** Ends all entries, and expects that then nothing of them is left in the file. */
  async expectNothingLeft(): Promise<void> {
    for (const number of [0, 1]) {
      await this.write(number, writeOf({ over: QUEUES.map((name) => ({ queue: name, from: 0, to: 1e6 })) }));
    }
    await turns(this.sqlite, 400);
    expect(await this.sqlite.integrity()).toEqual([]);
    await this.close();
    const db = new Sqlite(this.file);
    for (const table of ['segment', 'piece', 'shelf', 'over']) {
      expect([table, db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()]).toEqual([table, 0]);
    }
    expect(db.prepare('SELECT count(*) FROM queue WHERE removed = 1').pluck().get()).toBe(0);
    db.close();
  }

  /** Everything is read the same, page by page and scattered. */
  async compare(): Promise<void> {
    const known = (entries: readonly { position: number; text: string; token: string }[]) =>
      entries.map(({ position, text, token }) => [position, text, this.#tokens.get(token)]);
    for (const { memory, sqlite } of this.#lanes) {
      expect(await sqlite.scan('', undefined, 100)).toEqual(await memory.scan('', undefined, 100));
      for (const name of QUEUES) {
        const entries = known(await entriesOf(memory, name));
        expect(known(await entriesOf(sqlite, name, 0, 700))).toEqual(entries);
        const positions = entries.map(([position]) => Number(position)).filter((position) => position % 3 > 0);
        const scattered = entries.filter(([position]) => Number(position) % 3 > 0);
        expect(known(await sqlite.readAt(name, positions))).toEqual(scattered);
      }
    }
  }
}

it('reads the same as a memory store, whatever is written, over, removed and reopened', {
  timeout: 600_000,
}, async () => {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120 }), async (steps) => {
      count += 1;
      const pair = new Pair(join(folder, `${count}.db`));
      await pair.open();
      try {
        for (const [index, one] of steps.entries()) {
          await pair.do(one);
          if (index % 10 === 9 || one.kind === 'reopen') await pair.compare();
        }
        await pair.compare();
        expect(await pair.sqlite.integrity()).toEqual([]);
        await pair.expectNothingLeft();
      } finally {
        await pair.close().catch(() => {});
      }
    }),
    // To shrink a failing example takes minutes, and its seed repeats it.
    { numRuns: RUNS, endOnFailure: true },
  );
});
