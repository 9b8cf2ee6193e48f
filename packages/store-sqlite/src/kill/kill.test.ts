/**
 * Kills that are real: a child process with many writes under way dies by SIGKILL at a random
 * instant, again and again on the same file. What was acknowledged must be there. What was asked
 * for and not acknowledged is there as a whole or not at all, and in the order in which it was
 * asked for. `BATCHFEED_KILLS` sets how often.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Lane, MemoryStore } from '@batchfeed/delivery';
import { entriesOf } from '@batchfeed/delivery/testing';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTunedStore, type SqliteStore } from '../sqlite-store.ts';
import { SMALL } from '../testing/small-tuning.ts';
import type { Work } from './random-work.ts';

const KILLS = Number(process.env.BATCHFEED_KILLS ?? 20);
const CHILD = join(import.meta.dirname, 'child.ts');
const LANES = [0, 1];

/** A write that the child asked for. */
interface Asked {
  readonly lane: number;
  readonly token: string;
  readonly work: Work;
  acknowledged: boolean;
}

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-sqlite-kill-'));
  file = join(folder, 'lines.db');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the child until it is killed; resolves with what it asked for, in order. */
function workUntilKilled(seed: number): Promise<Asked[]> {
  const child = spawn(process.execPath, [CHILD, file, String(seed)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const asked = new Map<number, Asked>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    // A line that a kill cut short was never said.
    if (!line.endsWith('}')) return;
    const said = JSON.parse(line);
    if (said.ready === true) setTimeout(() => child.kill('SIGKILL'), 5 + Math.random() * 300);
    else if (said.ask !== undefined) asked.set(said.ask, { ...said, acknowledged: false });
    else {
      const write = asked.get(said.done);
      if (write !== undefined) write.acknowledged = true;
    }
  });
  return new Promise((resolve, reject) => {
    child.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve([...asked.values()]);
      else reject(new Error('The child ended by itself.'));
    });
  });
}

/** What a store has to say for itself, tokens as they were named. */
async function contentOf(lane: Lane, tokenOf: (token: string) => string) {
  const queues = [];
  for (const name of [...lane.queues.keys()].sort()) {
    const entries = await entriesOf(lane, name, 0, 5000);
    queues.push([name, lane.queues.get(name), entries.map((entry) => ({ ...entry, token: tokenOf(entry.token) }))]);
  }
  return { queues, state: await lane.scan('', undefined, 1000) };
}

/**
 * Does in memory what the lane shows of what was asked for: everything acknowledged and, of the
 * rest, the first ones.
 */
async function follow(model: MemoryStore, lane: Lane, asked: readonly Asked[], tokens: Map<string, string>) {
  const owned = await model.own(lane.number);
  tokens.set(owned.token, asked[0]?.token ?? 'nothing was written');
  const count = Number((await lane.get('count')) ?? 0);
  let done = 0;
  let isDone = asked.length > 0 && Number(asked[0]?.work.put.count) <= count;
  for (const { work, acknowledged } of asked) {
    // Each session counts its writes from 1; a session of which nothing arrived leaves the count of
    // an earlier one.
    isDone = isDone && Number(work.put.count) <= count;
    if (acknowledged) expect(isDone, `write ${work.put.count} of lane ${lane.number} was acknowledged`).toBe(true);
    if (!isDone) continue;
    await model.write(owned, { ...work, put: new Map(Object.entries(work.put)) });
    done += 1;
  }
  return done;
}

it(`keeps what was acknowledged, in order and once, across ${KILLS} kills`, { timeout: KILLS * 10_000 }, async () => {
  const model = new MemoryStore({ lanes: LANES.length });
  const tokens = new Map<string, string>();
  let writes = 0;
  let store: SqliteStore | undefined;
  for (let round = 1; round <= KILLS; round += 1) {
    const asked = await workUntilKilled(round);
    store = await openTunedStore({ file }, SMALL);
    for (const number of LANES) {
      const lane = await store.own(number);
      const its = asked.filter((write) => write.lane === number);
      writes += await follow(model, lane, its, tokens);
      const expected = await contentOf(await model.own(number), (token) => tokens.get(token) ?? token);
      expect(await contentOf(lane, (token) => token)).toEqual(expected);
      // So the next round can tell its own count from this one's.
      await store.write(lane, { append: [], over: [], remove: [], put: new Map([['count', null]]) });
      await model.write(await model.own(number), { append: [], over: [], remove: [], put: new Map([['count', null]]) });
    }
    expect(await store.integrity()).toEqual([]);
    await store.close();
  }
  expect(writes).toBeGreaterThan(KILLS * 20);
  await expectNothingLeft();
});

/** Ends all entries, and expects that then nothing of them is left in the file. */
async function expectNothingLeft(): Promise<void> {
  const store = await openTunedStore({ file }, SMALL);
  for (const number of LANES) {
    const lane = await store.own(number);
    const over = [...lane.queues].map(([queue, { first, end }]) => ({ queue, from: first, to: end }));
    await store.write(lane, { append: [], put: new Map(), remove: [], over });
  }
  for (let turn = 0; turn < 1000; turn += 1) await store.freeBytes();
  await store.close();
  const db = new Sqlite(file);
  for (const table of ['segment', 'piece', 'shelf', 'over']) {
    expect([table, db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()]).toEqual([table, 0]);
  }
  db.close();
}
