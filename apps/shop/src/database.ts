import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createTables, type StoreShape } from './database-tables.ts';

/** The data folder cannot be used; the message is one sentence that says what to do. */
export class DataDirError extends Error {
  override readonly name = 'DataDirError';
  readonly code = 'dataDirUnusable';
  readonly retryable = false;
}

// Customers are personal data. SQLite gives its journals the mode of the file, so it is made before SQLite makes it.
const makePrivate = (path: string): void => closeSync(openSync(path, 'a', 0o600));

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
export const openDatabase = (dataDir: string, shapes: readonly StoreShape[]): ShopDatabase => {
  let guard: Database.Database;
  try {
    mkdirSync(dataDir, { recursive: true });
    for (const name of ['shop.lock', 'shop.db']) makePrivate(join(dataDir, name));
    guard = lock(join(dataDir, 'shop.lock'));
  } catch (cause) {
    const why = isBusy(cause) ? 'another shop is using it' : 'it cannot be written';
    throw new DataDirError(`The data folder ${dataDir} cannot be used: ${why}.`, { cause });
  }
  const database = new Database(join(dataDir, 'shop.db'));
  database.pragma('journal_mode = WAL');
  // What was answered is on disk: see commit-group.ts for why this is not slow.
  database.pragma('synchronous = FULL');
  createTables(database, shapes);
  const close = () => {
    database.close();
    guard.close();
  };
  return { database, close };
};
