import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Resource } from './resource.ts';

/** The data folder cannot be used; the message is one sentence that says what to do. */
export class DataDirError extends Error {
  override readonly name = 'DataDirError';
  readonly code = 'dataDirUnusable';
  readonly retryable = false;
}

const quoted = (name: string) => `"${name}"`;

/** The columns of a resource's table that hold properties. */
export const storedColumns = ({ properties }: Resource): string[] =>
  [...properties.values()].filter(({ stored }) => stored).map(({ name }) => name);

// `number` is never given out twice, so a generated id never comes to mean another item.
const createTable = (database: Database.Database, resource: Resource) => {
  const table = quoted(resource.endpoint);
  const columns = storedColumns(resource);
  database.exec(`CREATE TABLE IF NOT EXISTS ${table} (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    outerId TEXT UNIQUE,
    ${columns.map((column) => `${quoted(column)} TEXT`).join(', ')}
  )`);
  // A property added to the table of resources later becomes a column of an existing database.
  const existing = new Set(
    database.prepare(`SELECT name FROM pragma_table_info('${resource.endpoint}')`).pluck().all(),
  );
  for (const column of columns) {
    if (!existing.has(column)) database.exec(`ALTER TABLE ${table} ADD COLUMN ${quoted(column)} TEXT`);
  }
  for (const column of resource.search) {
    if (!columns.includes(column)) continue;
    const index = quoted(`${resource.endpoint}_${column}`);
    database.exec(`CREATE INDEX IF NOT EXISTS ${index} ON ${table} (${quoted(column)})`);
  }
};

const bookkeeping = `
  CREATE TABLE IF NOT EXISTS writeLog (
    endpoint TEXT NOT NULL,
    id TEXT NOT NULL,
    inserted INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (endpoint, id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE VIEW IF NOT EXISTS duplicateSubscribers AS
    SELECT lower(email) AS email, count(*) AS rows FROM newsletterSubscribers GROUP BY lower(email) HAVING count(*) > 1;
`;

// Held open for as long as the shop runs: unlike a file with a process id in it, the lock dies with its holder.
const lock = (path: string): Database.Database => {
  const database = new Database(path, { timeout: 0 });
  try {
    database.pragma('locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

const isBusy = (error: unknown) => (error as { code?: unknown } | null)?.code === 'SQLITE_BUSY';

export interface ShopDatabase {
  database: Database.Database;
  close: () => void;
}

/**
 * Opens `shop.db` in the folder, makes what is missing, and keeps other shops out of the folder. Others may read it.
 *
 * @throws {DataDirError} the folder cannot be written, or another shop uses it
 */
export const openDatabase = (dataDir: string, resources: Iterable<Resource>): ShopDatabase => {
  let guard: Database.Database;
  try {
    mkdirSync(dataDir, { recursive: true });
    guard = lock(join(dataDir, 'shop.lock'));
  } catch (cause) {
    const why = isBusy(cause) ? 'another shop is using it' : 'it cannot be written';
    throw new DataDirError(`The data folder ${dataDir} cannot be used: ${why}.`, { cause });
  }
  const database = new Database(join(dataDir, 'shop.db'));
  database.pragma('journal_mode = WAL');
  // What was answered is on disk: see commit-group.ts for why this is not slow.
  database.pragma('synchronous = FULL');
  for (const resource of resources) createTable(database, resource);
  database.exec(bookkeeping);
  const close = () => {
    database.close();
    guard.close();
  };
  return { database, close };
};
