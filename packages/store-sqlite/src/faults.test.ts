import { execFile } from 'node:child_process';
import { chmod, mkdtemp, open as openFile, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Lane, Store } from '@batchfeed/delivery';
import { textsOf, writeOf } from '@batchfeed/delivery/testing';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from './index.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-sqlite-'));
  file = join(folder, 'lines.db');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const content = (index: number) => JSON.stringify({ index, filler: 'x'.repeat(300) });

/**
 * Appends until it fails or `most` entries are in; returns the texts acknowledged and the error.
 */
async function fill(store: Store, lane: Lane, most: number, from = 0) {
  const acknowledged: string[] = [];
  for (let index = from; index < from + most; index += 20) {
    const entries = Array.from({ length: 20 }, (_, offset) => content(index + offset));
    try {
      await store.write(lane, writeOf({ append: { q: entries } }));
    } catch (error) {
      return { acknowledged, error };
    }
    acknowledged.push(...entries);
  }
  return { acknowledged, error: undefined };
}

async function command(...args: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
  const cli = join(import.meta.dirname, 'cli.ts');
  try {
    return { ...(await promisify(execFile)(process.execPath, [cli, ...args])), code: 0 };
  } catch (error) {
    const { stdout, stderr, code } = Object(error);
    return { stdout: String(stdout), stderr: String(stderr), code: Number(code) };
  }
}

describe('a store', () => {
  it('without room says STORE_FULL, loses nothing, and goes on when there is room and the lane is owned anew', async () => {
    let store = await openSqliteStore({ file, maxBytes: 1_000_000 });
    let lane = await store.own(0);
    const { acknowledged, error } = await fill(store, lane, 100_000);
    expect(error).toMatchObject({ code: 'STORE_FULL', retryable: true, message: expect.stringContaining('room') });
    expect(acknowledged.length).toBeGreaterThan(500);
    await expect(store.write(lane, writeOf({ append: { q: ['{}'] } }))).rejects.toMatchObject({ code: 'STORE_FULL' });
    expect(await textsOf(lane, 'q', 0, 1e6)).toEqual(acknowledged);
    await store.close();

    store = await openSqliteStore({ file, maxBytes: 1_000_000 });
    lane = await store.own(0);
    expect(await textsOf(lane, 'q', 0, 1e6)).toEqual(acknowledged);
    await store.write(lane, writeOf({ over: [{ queue: 'q', from: 0, to: acknowledged.length }] }));
    for (let turn = 0; turn < 50; turn += 1) await store.freeBytes();
    expect(await store.write(lane, writeOf({ append: { q: [content(1)] } }))).toEqual([acknowledged.length]);
    await store.close();
  });

  it('lets one lane fail without another, and the lane go on when it is owned anew', async () => {
    const store = await openSqliteStore({ file, lanes: 2, maxBytes: 4_000_000 });
    const [one, two] = [await store.own(0), await store.own(1)];
    await store.write(one, writeOf({ append: { q: ['a'] } }));
    const large = 'x'.repeat(6_000_000);
    const calls = await Promise.allSettled([
      store.write(two, writeOf({ append: { q: ['b'] } })),
      store.write(one, writeOf({ append: { q: [large] } })),
      store.write(one, writeOf({ append: { q: ['behind the gap'] } })),
      store.write(two, writeOf({ append: { q: ['c'] } })),
    ]);
    expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    await expect(store.write(one, writeOf({ put: { k: 'v' } }))).rejects.toMatchObject({
      code: 'STORE_FULL',
      message: expect.stringContaining('Take the lane anew'),
    });
    expect(await textsOf(one, 'q')).toEqual(['a']);
    expect(await store.write(two, writeOf({ append: { q: ['d'] } }))).toEqual([2]);
    const again = await store.own(0);
    expect(await store.write(again, writeOf({ append: { q: ['e'] } }))).toEqual([1]);
    expect(await textsOf(again, 'q')).toEqual(['a', 'e']);
    expect(await textsOf(two, 'q')).toEqual(['b', 'c', 'd']);
    await store.close();
  });

  it('that another process has says STORE_LOCKED', async () => {
    const mine = await openSqliteStore({ file });
    await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    const { stderr, code } = await command('integrity', file);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Stop that one first/);
    const lane = await mine.own(0);
    expect((await fill(mine, lane, 100)).acknowledged).toHaveLength(100);
    await mine.close();
  });

  it('written by a newer release says STORE_NEWER and touches nothing', async () => {
    await (await openSqliteStore({ file })).close();
    const db = new Sqlite(file);
    db.exec("INSERT INTO schema_version VALUES (999, 'later')");
    db.close();
    await expect(openSqliteStore({ file })).rejects.toMatchObject({
      code: 'STORE_NEWER',
      message: expect.stringContaining('999'),
    });
  });

  it('written by an earlier release that kept lines differently says STORE_OLDER and touches nothing', async () => {
    const db = new Sqlite(file);
    db.exec(`CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL) STRICT;
      INSERT INTO schema_version VALUES (1, 'earlier');
      CREATE TABLE segment (id INTEGER PRIMARY KEY, count INTEGER NOT NULL, lengths BLOB NOT NULL, data TEXT NOT NULL);
      INSERT INTO segment VALUES (1, 1, x'01000000', 'x')`);
    db.close();
    await expect(openSqliteStore({ file })).rejects.toMatchObject({
      code: 'STORE_OLDER',
      message: expect.stringContaining('earlier release'),
    });
    const again = new Sqlite(file);
    expect(again.prepare('SELECT data FROM segment').pluck().all()).toEqual(['x']);
    again.close();
  });

  it('whose making was cut short is made', async () => {
    const db = new Sqlite(file);
    db.exec('CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL) STRICT');
    db.close();
    const store = await openSqliteStore({ file });
    expect((await fill(store, await store.own(0), 20)).acknowledged).toHaveLength(20);
    await store.close();
  });

  it.skipIf(process.getuid?.() === 0)('that may not be written says STORE_READ_ONLY', async () => {
    await (await openSqliteStore({ file })).close();
    await chmod(file, 0o444);
    await chmod(folder, 0o555);
    await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
    await chmod(folder, 0o755);
  });

  it('in no folder, or in place of one, says STORE_READ_ONLY', async () => {
    await expect(openSqliteStore({ file: join(folder, 'none', 'lines.db') })).rejects.toMatchObject({
      code: 'STORE_READ_ONLY',
    });
    await expect(openSqliteStore({ file: folder })).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
  });

  it('that is no database says STORE_CORRUPT', async () => {
    const handle = await openFile(file, 'w');
    await handle.write('This is a letter to my aunt. '.repeat(1000));
    await handle.close();
    await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('with damaged pages says so when they are read and in the integrity check', async () => {
    const whole = await openSqliteStore({ file });
    await fill(whole, await whole.own(0), 4000);
    await whole.close();
    const { size } = await stat(file);
    const handle = await openFile(file, 'r+');
    for (let offset = 64 * 1024; offset < size; offset += 16 * 1024) {
      await handle.write(Buffer.alloc(4096, 0x5a), 0, 4096, offset);
    }
    await handle.close();
    const { stdout, stderr, code } = await command('integrity', file);
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/damaged|malformed|Tree|missing/);
    const store = await openSqliteStore({ file });
    const read = async () => textsOf(await store.own(0), 'q', 0, 1e6);
    await expect(read()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    await store.close();
  });

  it('with one damaged text names lane, queue and position in the integrity check', async () => {
    const whole = await openSqliteStore({ file, lanes: 2 });
    const lane = await whole.own(1);
    const text = 'y'.repeat(60_000);
    await whole.write(lane, writeOf({ append: { q: ['a', 'b'], r: ['c'] } }));
    await whole.write(lane, writeOf({ append: { q: [text] } }));
    await whole.close();
    const handle = await openFile(file, 'r+');
    await handle.write(Buffer.from('z'), 0, 1, (await readFile(file)).indexOf('y'.repeat(5000)) + 2500);
    await handle.close();
    const { stdout, code } = await command('integrity', file);
    expect(code).toBe(1);
    expect(stdout).toBe('Lane 1: the entries at positions 2 to 2 of queue "q" are damaged or missing.\n');
  });

  it('that is impossible to ask for is refused', async () => {
    for (const lanes of [0, 1.5, 257]) {
      await expect(openSqliteStore({ file, lanes })).rejects.toMatchObject({ code: 'INVALID' });
    }
  });

  it('has the number of lanes it was made with', async () => {
    await (await openSqliteStore({ file, lanes: 256 })).close();
    const store = await openSqliteStore({ file, lanes: 3 });
    expect(store.lanes).toBe(256);
    expect((await store.own(255)).number).toBe(255);
    await store.close();
  });

  it('makes files that only their owner can read: lines are personal data', async () => {
    const store = await openSqliteStore({ file });
    await fill(store, await store.own(0), 20);
    const names = await readdir(folder);
    expect(names).toContain('lines.db-wal');
    for (const name of names) expect((await stat(join(folder, name))).mode & 0o777, name).toBe(0o600);
    await store.close();
  });
});

it('a backup made at work holds what was acknowledged before', async () => {
  const store = await openSqliteStore({ file });
  const lane = await store.own(0);
  const { acknowledged } = await fill(store, lane, 200);
  const copy = join(folder, 'copy.db');
  await Promise.all([store.backup(copy), fill(store, lane, 200, 200)]);
  await store.close();
  const restored = await openSqliteStore({ file: copy });
  const reowned = await restored.own(0);
  expect(reowned.token).not.toBe(lane.token);
  expect((await textsOf(reowned, 'q', 0, 1e6)).slice(0, 200)).toEqual(acknowledged);
  await restored.close();
});

describe('the command', () => {
  it('finds nothing wrong with a good file, for people and for machines', async () => {
    const store = await openSqliteStore({ file });
    await fill(store, await store.own(0), 100);
    await store.close();
    expect(await command('integrity', file)).toMatchObject({ code: 0, stdout: `${file}: nothing is wrong.\n` });
    expect(JSON.parse((await command('integrity', file, '--json')).stdout)).toEqual({ file, faults: [] });
    expect(await command('backup', file, join(folder, 'copy.db'))).toMatchObject({ code: 0 });
  });

  it('explains itself', async () => {
    expect(await command('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Example:') });
    expect(await command('frobnicate')).toMatchObject({ code: 2 });
    expect(await command('integrity', join(folder, 'none.db'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('does not exist'),
    });
  });
});
