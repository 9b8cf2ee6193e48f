import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlatform } from './platform.ts';

const logger = pino({ level: 'silent' });
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'batchfeed-start-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

describe('openPlatform', () => {
  it('makes a token at the first start, keeps it private, and shows it never again', async () => {
    const first = await openPlatform({ dataDir, logger });
    expect(first.newApiToken).toMatch(/^[\w-]{43}$/);
    const file = join(dataDir, 'api-token');
    expect(await readFile(file, 'utf8')).toBe(`${first.newApiToken}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    for (const name of await readdir(dataDir)) expect((await stat(join(dataDir, name))).mode & 0o077, name).toBe(0);
    await first.close();
    const second = await openPlatform({ dataDir, logger });
    expect(second.newApiToken).toBeUndefined();
    const response = await fetch(`${second.url}/v1/plugins`, {
      headers: { authorization: first.newApiToken as string },
    });
    expect(response.status).toBe(200);
    await second.close();
  });

  it('warns of a token that comes too late to be taken, without saying it', async () => {
    const log: string[] = [];
    const open = async (apiToken: string) => {
      const to = { write: (line: string) => void log.push(line) };
      const platform = await openPlatform({ dataDir, logger: pino({ level: 'warn' }, to), apiToken });
      await platform.close();
    };
    const [first, late] = ['a'.repeat(32), 'b'.repeat(32)];
    await open(first);
    await open(first);
    expect(log).toEqual([]);
    await open(late);
    expect(log).toEqual([expect.stringContaining('The API token given is not in force')]);
    expect(log[0]).not.toContain(late);
  });

  it('refuses a folder that another platform has, and does it no harm', async () => {
    const first = await openPlatform({ dataDir, logger });
    await expect(openPlatform({ dataDir, logger })).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' });
    expect((await fetch(`${first.url}/v1/plugins`)).status).toBe(401);
    await first.close();
    const again = await openPlatform({ dataDir, logger });
    await again.close();
  });

  it('refuses an address in use, and lets go of the folder', async () => {
    const first = await openPlatform({ dataDir: join(dataDir, 'a'), logger });
    const second = { dataDir: join(dataDir, 'b'), logger, port: Number(new URL(first.url).port) };
    await expect(openPlatform(second)).rejects.toMatchObject({
      code: 'ADDRESS_UNUSABLE',
      message: expect.stringContaining(String(second.port)),
    });
    await first.close();
    const retried = await openPlatform(second);
    // The failed start made no token that nobody was shown.
    expect(retried.newApiToken).toBeDefined();
    await retried.close();
  });

  it('refuses a folder that cannot be made or used', async () => {
    await writeFile(join(dataDir, 'file'), '');
    await expect(openPlatform({ dataDir: join(dataDir, 'file'), logger })).rejects.toMatchObject({
      code: 'DATA_FOLDER_UNUSABLE',
    });
    await expect(openPlatform({ dataDir: join(dataDir, 'file', 'sub'), logger })).rejects.toMatchObject({
      code: 'DATA_FOLDER_UNUSABLE',
    });
    await expect(openPlatform({ dataDir: '/proc/nothing', logger })).rejects.toMatchObject({
      code: 'DATA_FOLDER_UNUSABLE',
    });
  });

  it.skipIf(process.getuid?.() === 0)('refuses a folder it may not write', async () => {
    await chmod(dataDir, 0o500);
    await expect(openPlatform({ dataDir, logger })).rejects.toMatchObject({ code: 'DATA_FOLDER_UNUSABLE' });
    await chmod(dataDir, 0o700);
  });

  it('refuses a damaged database and one of a newer version, and leaves both as they are', async () => {
    const path = join(dataDir, 'platform.db');
    await writeFile(path, 'this is no database, and long enough for SQLite to look at it'.repeat(50));
    const damaged = await readFile(path);
    await expect(openPlatform({ dataDir, logger })).rejects.toMatchObject({ code: 'DATA_FOLDER_UNUSABLE' });
    expect(await readFile(path)).toEqual(damaged);
    await rm(path);

    await (await openPlatform({ dataDir, logger })).close();
    const db = new Database(path);
    db.prepare('INSERT INTO schema_version VALUES (99)').run();
    db.close();
    await expect(openPlatform({ dataDir, logger })).rejects.toMatchObject({ code: 'DATA_FOLDER_NEWER' });
  });

  it('refuses a folder of an earlier release with a sentence, and changes nothing in it', async () => {
    const db = new Database(join(dataDir, 'lines.db'));
    db.exec(`CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL) STRICT;
      INSERT INTO schema_version VALUES (1, 'earlier');
      CREATE TABLE segment (id INTEGER PRIMARY KEY, count INTEGER NOT NULL, lengths BLOB NOT NULL, data TEXT NOT NULL)`);
    db.close();
    await expect(openPlatform({ dataDir, logger })).rejects.toMatchObject({
      code: 'DATA_FOLDER_OLDER',
      message: expect.stringContaining('earlier release'),
    });
    expect(await readdir(dataDir)).toEqual(['lines.db']);
  });

  it('closes once, however often it is asked', async () => {
    const platform = await openPlatform({ dataDir, logger });
    await Promise.all([platform.close(), platform.close()]);
    await platform.close();
  });
});
