import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lane } from '@batchfeed/delivery';
import { openSqliteStore, type SqliteStore } from '@batchfeed/store-sqlite';
import Sqlite from 'better-sqlite3';
import { type Bound, figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { content } from './lines.ts';

const COUNT = 200_000;
const RAW_BATCH = 500;
/** Appends that are under way at a time. */
const UNDER_WAY = 8;
const SCATTERED = 100;

/** How many queues an append goes to, and how many lines each gets. */
interface Shape {
  readonly queues: number;
  readonly lines: number;
}

const ONE_OF_64: Shape = { queues: 1, lines: 64 };
const ONE_OF_500: Shape = { queues: 1, lines: 500 };
const MANY_OF_8: Shape = { queues: 1000, lines: 8 };

/** Rates of appending to a store without an engine, and of reading lines that lie scattered. */
export async function storeRows({ say }: TopicContext): Promise<MeasuredFigure[]> {
  say(`appending ${COUNT.toLocaleString('en')} lines to the store alone, in rows of several shapes`);
  const reads: number[] = [];
  const owns: number[] = [];
  const values = await interleave({
    raw: () => withFolder(async (folder) => insertRaw(folder)),
    of64: () => withStore((store, lane) => append(store, lane, ONE_OF_64)),
    of500: (round) =>
      withStore(async (store, lane) => {
        const rate = await append(store, lane, ONE_OF_500);
        if (round > 0) reads.push(await readScattered(lane));
        return rate;
      }),
    many: () => withStore((store, lane) => append(store, lane, MANY_OF_8)),
    taking: (round) =>
      withStore(async (store, lane) => {
        await append(store, lane, { queues: 10_000, lines: 2 }, 40_000);
        const startedAt = performance.now();
        await store.own(0);
        const ms = performance.now() - startedAt;
        if (round > 0) owns.push(ms);
        return ms;
      }),
  });
  const figure = (name: string, ours: readonly number[], bound: Bound) =>
    figureOf(`${name}, rate against raw better-sqlite3`, ratios(ours, values.raw), {
      bound,
      detail: `${Math.round(median(ours))} lines/s, raw ${Math.round(median(values.raw))}`,
    });
  return [
    figure('store, appends of 64 lines to one queue', values.of64, { is: '>=', limit: 1 }),
    figure('store, appends of 500 lines to one queue', values.of500, { is: '>=', limit: 1 }),
    figure('store, appends of 8 lines to each of 1,000 queues', values.many, { is: '>=', limit: 0.6 }),
    figureOf('store, reading 100 lines from 100 rows at a time', reads, {
      unit: 'lines/s',
      bound: { is: '>=', limit: 100_000 },
      detail: 'rows are visited by several batches',
    }),
    figureOf('store, taking a lane with 10,000 queues', owns, { unit: 'ms', bound: { is: '<=', limit: 300 } }),
  ];
}

async function withFolder(work: (folder: string) => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'batchfeed-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function withStore(work: (store: SqliteStore, lane: Lane) => Promise<number>): Promise<number> {
  return withFolder(async (folder) => {
    const store = await openSqliteStore({ file: join(folder, 'lines.db') });
    try {
      return await work(store, await store.own(0));
    } finally {
      await store.close();
    }
  });
}

/** Lines a second, one row each, 500 rows a transaction. */
function insertRaw(folder: string): number {
  const db = new Sqlite(join(folder, 'raw.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE line (id INTEGER PRIMARY KEY, key TEXT NOT NULL, content TEXT NOT NULL)');
  const insert = db.prepare('INSERT INTO line (key, content) VALUES (?, ?)');
  const startedAt = performance.now();
  for (let from = 0; from < COUNT; from += RAW_BATCH) {
    db.transaction(() => {
      for (let index = from; index < from + RAW_BATCH; index += 1) insert.run(`key-${index % 1000}`, content(index));
    })();
  }
  const rate = perSecond(COUNT, startedAt);
  db.close();
  return rate;
}

/** Lines a second. */
async function append(store: SqliteStore, lane: Lane, { queues, lines }: Shape, count = COUNT): Promise<number> {
  const startedAt = performance.now();
  let next = 0;
  async function produce(): Promise<void> {
    while (next < count) {
      const from = next;
      next += queues * lines;
      const batch = Array.from({ length: queues }, (_, queue) => ({
        queue: `queue-${queue}`,
        entries: Array.from({ length: lines }, (__, line) => content(from + queue * lines + line)),
      }));
      await store.write(lane, { append: batch, put: new Map(), over: [], remove: [] });
    }
  }
  await Promise.all(Array.from({ length: queues > 1 ? 2 : UNDER_WAY }, produce));
  return perSecond(next, startedAt);
}

/**
 * Lines a second, 100 at a time from 100 appends of 500 lines, while the same rows are visited by
 * batch after batch.
 */
async function readScattered(lane: Lane): Promise<number> {
  const startedAt = performance.now();
  let read = 0;
  for (let batch = 0; batch < 400; batch += 1) {
    const positions = Array.from({ length: SCATTERED }, (_, row) => row * ONE_OF_500.lines + batch);
    read += (await lane.readAt('queue-0', positions)).length;
  }
  return perSecond(read, startedAt);
}

function perSecond(count: number, startedAt: number): number {
  return (count / (performance.now() - startedAt)) * 1000;
}
