import { chmodSync, closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { maskText } from '../history/mask.ts';
import { isPlatformError, PlatformError, type PlatformErrorCode } from '../platform-error.ts';
import { migrations } from './migrations.ts';

export type ConfigDatabase = Database.Database;

/** How SQLite's own errors read to an operator. Anything else is passed on as it is. */
const OPENING_FAILURES: ReadonlyArray<
  readonly [pattern: RegExp, code: PlatformErrorCode, message: (path: string) => string]
> = [
  [
    /^SQLITE_(BUSY|LOCKED)/,
    'DATA_FOLDER_IN_USE',
    (path) => `Another process is using ${path}. Stop it first, or give this one a data folder of its own.`,
  ],
  [
    /^SQLITE_(CANTOPEN|READONLY|PERM|IOERR)/,
    'DATA_FOLDER_UNUSABLE',
    (path) =>
      `${path} cannot be opened for writing. Check the folder's owner and permissions, and the room on its disk.`,
  ],
  [
    /^SQLITE_(NOTADB|CORRUPT)/,
    'DATA_FOLDER_UNUSABLE',
    (path) => `${path} is damaged or no database. Restore it from a backup, or start with another data folder.`,
  ],
];

/**
 * Opens the configuration database and brings it up to date. The file belongs to this process alone until it is closed.
 *
 * @throws PlatformError `DATA_FOLDER_IN_USE`, `DATA_FOLDER_UNUSABLE` or `DATA_FOLDER_NEWER`.
 */
export function openConfigDatabase(path: string): ConfigDatabase {
  let db: ConfigDatabase | undefined;
  try {
    makePrivate(path);
    db = new Database(path, { timeout: 250 });
    // Exclusive: a second platform on the same folder must fail at once, and a single process needs no shared memory.
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.function('mask_text', { deterministic: true }, maskText as (text: unknown) => string);
    db.transaction(migrate).exclusive(db, path);
    // Feed properties may hold a partner's credentials.
    chmodSync(path, 0o600);
    return db;
  } catch (error) {
    db?.close();
    throw asOpeningError(error, path);
  }
}

/** SQLite gives its journals the mode of the file, so a new file is made before SQLite makes it. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch {
    // It is there, or it cannot be made, which SQLite says next.
  }
}

function migrate(db: ConfigDatabase, path: string): void {
  db.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL) STRICT');
  const current = (db.prepare('SELECT max(version) FROM schema_version').pluck().get() as number | null) ?? 0;
  if (current > migrations.length) {
    throw new PlatformError(
      'DATA_FOLDER_NEWER',
      `${path} was written by a newer version (format ${current}, this one knows ${migrations.length}). Use that version.`,
    );
  }
  migrations.slice(current).forEach((step, index) => {
    db.exec(step);
    db.prepare('INSERT INTO schema_version VALUES (?)').run(current + index + 1);
  });
}

function asOpeningError(error: unknown, path: string): unknown {
  if (isPlatformError(error)) return error;
  const sqliteCode = String((error as { code?: unknown }).code ?? error);
  const failure =
    OPENING_FAILURES.find(([pattern]) => pattern.test(sqliteCode)) ??
    // better-sqlite3 reports a missing folder as a TypeError without a code.
    (error instanceof TypeError ? OPENING_FAILURES[1] : undefined);
  return failure === undefined ? error : new PlatformError(failure[1], failure[2](path), { cause: error });
}

/** The work as one transaction. Of a plain function type, which declarations of this package can name. */
export const inTransaction = <Args extends unknown[], Result>(
  db: ConfigDatabase,
  work: (...args: Args) => Result,
): ((...args: Args) => Result) => db.transaction(work);
