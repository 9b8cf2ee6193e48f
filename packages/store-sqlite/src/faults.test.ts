import { execFile } from 'node:child_process';
import { chmod, mkdtemp, open as openFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Engine, openEngine } from '@batchfeed/delivery';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSqliteStore, type SqliteStoreOptions } from './index.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-sqlite-'));
  file = join(folder, 'lines.db');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const content = (index: number) => JSON.stringify({ index, filler: 'x'.repeat(300) });

async function open(options: Partial<SqliteStoreOptions> = {}, deliver = false) {
  const store = await openSqliteStore({ file, ...options });
  const arrived: string[] = [];
  const engine = await openEngine({
    store,
    log: 'lines',
    policy: { maxLines: 50, maxBytes: 1_000_000, maxAgeMs: 600_000, separatorBytes: 1 },
    send: async ({ lines }) => {
      if (!deliver) return new Promise<never>(() => {});
      arrived.push(...lines.map((line) => line.content));
      return { kind: 'delivered' };
    },
  });
  const close = async () => {
    await engine.close({ patienceMs: 0 }).catch(() => {});
    await store.close().catch(() => {});
  };
  return { store, engine, arrived, close };
}

/** Appends until it fails or `most` lines are in; returns the contents acknowledged and the error. */
async function fill(engine: Engine, most: number): Promise<{ acknowledged: string[]; error: unknown }> {
  const acknowledged: string[] = [];
  for (let index = 0; index < most; index += 20) {
    const contents = Array.from({ length: 20 }, (_, offset) => content(index + offset));
    try {
      await engine.append(contents.map((text) => ({ destination: 'd', key: 'k', content: text })));
    } catch (error) {
      return { acknowledged, error };
    }
    acknowledged.push(...contents);
  }
  return { acknowledged, error: undefined };
}

async function deliverAll(): Promise<string[]> {
  const { engine, arrived, close } = await open({}, true);
  engine.drain();
  await engine.idle();
  await close();
  return arrived;
}

describe('a store that', () => {
  test('has no room says STORE_FULL and loses nothing that it acknowledged', async () => {
    const full = await open({ maxBytes: 1_000_000 });
    const { acknowledged, error } = await fill(full.engine, 100_000);
    expect(error).toMatchObject({ code: 'STORE_FULL', retryable: true, message: expect.stringContaining('room') });
    expect(acknowledged.length).toBeGreaterThan(500);
    await expect(full.engine.append([{ destination: 'd', key: 'k', content: '{}' }])).rejects.toMatchObject({
      code: 'STORE_FULL',
    });
    await full.close();
    expect(await deliverAll()).toEqual(acknowledged);
  });

  test('another process has says STORE_LOCKED', async () => {
    const script = `import { openSqliteStore } from '@batchfeed/store-sqlite';
      try { await openSqliteStore({ file: process.argv[1] }); } catch (error) { console.log(error.code, error.message); process.exit(0); }
      process.exit(1);`;
    const mine = await open();
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, file], {
      cwd: import.meta.dirname,
    });
    expect(stdout).toMatch(/^STORE_LOCKED .*Stop that one first/);
    const { acknowledged } = await fill(mine.engine, 100);
    expect(acknowledged).toHaveLength(100);
    await mine.close();
  });

  test('was written by a newer release says STORE_NEWER and touches nothing', async () => {
    await (await openSqliteStore({ file })).close();
    const db = new Sqlite(file);
    db.exec("INSERT INTO schema_version VALUES (999, 'later')");
    db.close();
    await expect(openSqliteStore({ file })).rejects.toMatchObject({
      code: 'STORE_NEWER',
      message: expect.stringContaining('999'),
    });
  });

  test('was begun by an older release is brought up to date', async () => {
    const db = new Sqlite(file);
    db.exec('CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL) STRICT');
    db.close();
    const { engine, close } = await open();
    await fill(engine, 20);
    expect(engine.ledger().accepted).toBe(20);
    await close();
  });

  test.skipIf(process.getuid?.() === 0)('may not be written says STORE_READ_ONLY', async () => {
    await (await openSqliteStore({ file })).close();
    await chmod(file, 0o444);
    await chmod(folder, 0o555);
    await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
    await chmod(folder, 0o755);
  });

  test('lies in no folder, or is one, says STORE_READ_ONLY', async () => {
    await expect(openSqliteStore({ file: join(folder, 'none', 'lines.db') })).rejects.toMatchObject({
      code: 'STORE_READ_ONLY',
    });
    await expect(openSqliteStore({ file: folder })).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
  });

  test('is no database says STORE_CORRUPT', async () => {
    const handle = await openFile(file, 'w');
    await handle.write('This is a letter to my aunt. '.repeat(1000));
    await handle.close();
    await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  test('has damaged pages says so, to whoever reads them and to the integrity check', async () => {
    const whole = await open();
    await fill(whole.engine, 4000);
    await whole.close();
    const { size } = await stat(file);
    const handle = await openFile(file, 'r+');
    for (let offset = 64 * 1024; offset < size; offset += 16 * 1024)
      await handle.write(Buffer.alloc(4096, 0x5a), 0, 4096, offset);
    await handle.close();
    const { stdout, stderr, code } = await command('integrity', file);
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/damaged|malformed|Tree|missing/);
    await expect(open()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  test('is impossible to ask for is refused', async () => {
    await expect(openSqliteStore({ file, lanes: 0 })).rejects.toMatchObject({ code: 'INVALID' });
    await expect(openSqliteStore({ file, lanes: 1.5 })).rejects.toMatchObject({ code: 'INVALID' });
  });
});

test('room of settled lines is used again', async () => {
  const { engine, store, close } = await open({}, true);
  const sizes: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    await fill(engine, 10_000);
    engine.drain();
    await engine.idle();
    sizes.push((await stat(file)).size);
  }
  // Each round writes over 3 MB; the file grows with what is open, not with what has been.
  expect(Math.max(...sizes)).toBeLessThan(sizes[0]! + 6_000_000);
  expect(await store.integrity()).toEqual([]);
  await close();
});

test('a backup made at work holds what was acknowledged before', async () => {
  const { engine, store, close } = await open();
  const { acknowledged } = await fill(engine, 200);
  const copy = join(folder, 'copy.db');
  await Promise.all([store.backup(copy), fill(engine, 200)]);
  await close();
  file = copy;
  expect((await deliverAll()).slice(0, 200)).toEqual(acknowledged);
});

async function command(...args: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
  try {
    return {
      ...(await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'cli.ts'), ...args])),
      code: 0,
    };
  } catch (error) {
    return error as { stdout: string; stderr: string; code: number };
  }
}

describe('the command', () => {
  test('finds nothing wrong with a good file, for people and for machines', async () => {
    const { close } = await open();
    await close();
    expect(await command('integrity', file)).toMatchObject({ code: 0, stdout: `${file}: nothing is wrong.\n` });
    expect(JSON.parse((await command('integrity', file, '--json')).stdout)).toEqual({ file, faults: [] });
    expect(await command('backup', file, join(folder, 'copy.db'))).toMatchObject({ code: 0 });
  });

  test('explains itself', async () => {
    expect(await command('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Example:') });
    expect(await command('frobnicate')).toMatchObject({ code: 2 });
    expect(await command('integrity', join(folder, 'none.db'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('does not exist'),
    });
  });
});
