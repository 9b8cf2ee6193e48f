import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Engine, openEngine, type Send } from '@batchfeed/delivery';
import { openSqliteStore } from '@batchfeed/store-sqlite';
import Sqlite from 'better-sqlite3';
import { Pool } from 'undici';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import { content, policy } from './lines.ts';

const count = 200_000;
const keys = 1_000;
const producers = 200;
const batchSize = 500;

/** Lines a second of some work on a store of its own. */
const withFolder = async (work: (folder: string) => Promise<number>): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'batchfeed-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const perSecond = (milliseconds: number) => (count / milliseconds) * 1_000;

const rawDatabase = (folder: string) => {
  const db = new Sqlite(join(folder, 'raw.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE line (id INTEGER PRIMARY KEY, key TEXT NOT NULL, content TEXT NOT NULL)');
  return db;
};

const insertAll = (db: Sqlite.Database): void => {
  const insert = db.prepare('INSERT INTO line (key, content) VALUES (?, ?)');
  for (let from = 0; from < count; from += batchSize) {
    db.transaction(() => {
      for (let index = from; index < from + batchSize; index += 1) insert.run(`key-${index % keys}`, content(index));
    })();
  }
};

const produce = async (engine: Engine): Promise<void> => {
  let next = 0;
  const producer = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      await engine.append([{ destination: 'partner', key: `key-${index % keys}`, content: content(index) }]);
    }
  };
  await Promise.all(Array.from({ length: producers }, producer));
};

const withEngine = (send: Send, work: (engine: Engine) => Promise<void>) =>
  withFolder(async (folder) => {
    const store = await openSqliteStore({ file: join(folder, 'lines.db') });
    const engine = await openEngine({
      store,
      log: 'lines',
      policy,
      send,
      concurrency: 8,
      maxHeldBytes: 512 * 1024 * 1024,
    });
    const startedAt = performance.now();
    await work(engine);
    const rate = perSecond(performance.now() - startedAt);
    await engine.close({ patienceMs: 0 });
    await store.close();
    return rate;
  });

/** Never answers: only the way in is measured. */
const nowhere: Send = () => new Promise<never>(() => {});

/** Durable appends, one line at a time from 200 producers, against one row a line in transactions of 500. */
export const durableAppend = async ({ say }: TopicContext): Promise<MeasuredFigure[]> => {
  say(`appending ${count.toLocaleString('en')} lines one at a time`);
  const loopDelays: number[] = [];
  const values = await interleave({
    ours: (round) =>
      withEngine(nowhere, async (engine) => {
        const delay = monitorEventLoopDelay({ resolution: 1 });
        delay.enable();
        await produce(engine);
        delay.disable();
        if (round > 0) loopDelays.push(delay.percentile(99) / 1e6);
      }),
    raw: () =>
      withFolder(async (folder) => {
        const db = rawDatabase(folder);
        const startedAt = performance.now();
        insertAll(db);
        const rate = perSecond(performance.now() - startedAt);
        db.close();
        return rate;
      }),
  });
  return [
    figureOf('durable append, rate against raw better-sqlite3', ratios(values.ours, values.raw), {
      bound: { is: '>=', limit: 1 },
      detail: `${Math.round(median(values.ours))} lines/s, raw ${Math.round(median(values.raw))}`,
    }),
    figureOf("the caller's event loop meanwhile, delay at p99", loopDelays, {
      unit: 'ms',
      bound: { is: '<=', limit: 20 },
    }),
  ];
};

/** The whole way to a partner that does nothing, against reading, posting and deleting the same rows by hand. */
export const durableDelivery = async ({ say }: TopicContext): Promise<MeasuredFigure[]> => {
  say('appending, sealing, delivering to a local HTTP partner and settling');
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 8 });
  const post = async (body: string): Promise<number> => {
    const { statusCode, body: answer } = await pool.request({ path: '/', method: 'POST', body });
    await answer.dump();
    return statusCode;
  };
  const send: Send = async ({ lines }) => {
    const status = await post(`[${lines.map((line) => line.content).join()}]`);
    return status === 200 ? { kind: 'delivered' } : { kind: 'retry', reason: 'The partner failed.', status };
  };
  const values = await interleave({
    ours: () =>
      withEngine(send, async (engine) => {
        await produce(engine);
        engine.drain();
        await engine.idle();
      }),
    raw: () =>
      withFolder(async (folder) => {
        const db = rawDatabase(folder);
        const startedAt = performance.now();
        insertAll(db);
        const read = db.prepare('SELECT id, content FROM line ORDER BY id LIMIT ?');
        const drop = db.prepare('DELETE FROM line WHERE id <= ?');
        for (;;) {
          const rows = read.all(batchSize) as { id: number; content: string }[];
          if (rows.length === 0) break;
          await post(`[${rows.map((row) => row.content).join()}]`);
          db.transaction(() => drop.run(rows.at(-1)!.id))();
        }
        const rate = perSecond(performance.now() - startedAt);
        db.close();
        return rate;
      }),
  });
  await pool.close();
  server.close();
  return [
    figureOf(
      'append to settled over HTTP, rate against raw better-sqlite3 and undici',
      ratios(values.ours, values.raw),
      {
        bound: { is: '>=', limit: 0.8 },
        detail: `${Math.round(median(values.ours))} lines/s, raw ${Math.round(median(values.raw))}`,
      },
    ),
  ];
};
