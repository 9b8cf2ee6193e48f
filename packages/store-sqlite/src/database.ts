/** The file itself: opening, locking, migrating. Runs in the worker thread. */
import { randomUUID } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import type { DeliveryErrorCode } from '@batchfeed/delivery';
import Sqlite from 'better-sqlite3';
import { MIGRATIONS, OLDER_VERSION } from './migrations.ts';
import type { OpenRequest } from './protocol.ts';
import type { StoreFault } from './store-fault.ts';

/** An error with a code of the engine's, to cross the thread border. */
export class DatabaseError extends Error {
  readonly code: DeliveryErrorCode;

  constructor(code: DeliveryErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A process that just died may hold the file for a moment longer. */
const LOCK_PATIENCE_MS = 1000;

const PAGE_BYTES = 8192;
/**
 * Size of the write-ahead log at which it is folded into the file. Writing over a log that is there
 * flushes faster than making one longer.
 */
const CHECKPOINT_BYTES = 4 * 1024 * 1024;

export function openDatabase({ file, lanes, maxBytes }: OpenRequest): {
  db: Sqlite.Database;
  id: string;
  lanes: number;
} {
  makePrivate(file);
  const db = new Sqlite(file, { timeout: LOCK_PATIENCE_MS });
  try {
    // Must come first: one process owns the file as long as it lives, and the system frees it
    // however that process ends.
    db.pragma('locking_mode = EXCLUSIVE');
    if (isEmpty(db)) {
      // A write's lines are one long row, which larger pages hold in fewer pieces; larger still,
      // and small changes cost more.
      db.pragma(`page_size = ${PAGE_BYTES}`);
      db.pragma('auto_vacuum = INCREMENTAL');
    }
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_BYTES / PAGE_BYTES}`);
    db.pragma('journal_size_limit = 67108864');
    db.pragma('cache_size = -4096');
    if (maxBytes !== undefined) db.pragma(`max_page_count = ${Math.max(8, Math.floor(maxBytes / PAGE_BYTES))}`);
    migrate(db, file);
    return { db, ...identity(db, lanes) };
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Lines are personal data. SQLite gives its journals the mode of the file, so a new file is made
 * before SQLite makes it.
 */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch {
    // It is there and keeps its mode, or it cannot be made, which SQLite says next.
  }
}

function isEmpty(db: Sqlite.Database): boolean {
  return db.pragma('page_count', { simple: true }) === 0;
}

function migrate(db: Sqlite.Database, file: string): void {
  db.transaction(() => {
    db.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL) STRICT');
    const version = db.prepare('SELECT max(version) FROM schema_version').pluck().get() as number | null;
    const newest = OLDER_VERSION + MIGRATIONS.length;
    if (version !== null && version <= OLDER_VERSION) {
      throw new DatabaseError(
        'STORE_OLDER',
        `${file} was written by an earlier release that kept lines differently. Let that release deliver what is in it, or begin with a new file.`,
      );
    }
    if (version !== null && version > newest) {
      throw new DatabaseError(
        'STORE_NEWER',
        `${file} has schema version ${version}, newer than the ${newest} this release knows. Use the release that wrote it, or a later one.`,
      );
    }
    const current = version ?? OLDER_VERSION;
    MIGRATIONS.slice(current - OLDER_VERSION).forEach((sql, index) => {
      db.exec(sql);
      db.prepare('INSERT INTO schema_version VALUES (?, ?)').run(current + index + 1, new Date().toISOString());
    });
  }).immediate();
}

function identity(db: Sqlite.Database, lanes: number): { id: string; lanes: number } {
  const found = db.prepare('SELECT id, lanes FROM store').get() as { id: string; lanes: number } | undefined;
  if (found !== undefined) return found;
  const created = { id: randomUUID(), lanes };
  db.prepare('INSERT INTO store VALUES (?, ?)').run(created.id, created.lanes);
  return created;
}

/**
 * Does something in a transaction that is not flushed to disk: it becomes durable with the next one
 * that is. A crash leaves the state before it or behind it.
 */
export function relaxedTransaction<T>(db: Sqlite.Database, work: () => T): T {
  db.pragma('synchronous = NORMAL');
  try {
    return db.transaction(work).immediate();
  } finally {
    db.pragma('synchronous = FULL');
  }
}

/** SQLite's code, as the engine names it. Extended codes begin with the name of their class. */
const CODES: readonly (readonly [prefix: string, code: DeliveryErrorCode, advice: string])[] = [
  [
    'SQLITE_FULL',
    'STORE_FULL',
    'There is no room: the disk is full, or the file is as large as its maxBytes allows. Make room; nothing that was acknowledged is lost.',
  ],
  ['SQLITE_READONLY', 'STORE_READ_ONLY', 'The file cannot be written. Check its permissions and those of its folder.'],
  ['SQLITE_PERM', 'STORE_READ_ONLY', 'The file cannot be written. Check its permissions and those of its folder.'],
  [
    'SQLITE_CANTOPEN',
    'STORE_READ_ONLY',
    'The file cannot be opened or made. Check that its folder exists and may be written.',
  ],
  ['SQLITE_BUSY', 'STORE_LOCKED', 'Another process has the file open. Stop that one first.'],
  ['SQLITE_LOCKED', 'STORE_LOCKED', 'Another process has the file open. Stop that one first.'],
  [
    'SQLITE_CORRUPT',
    'STORE_CORRUPT',
    'The file is damaged. Restore a backup, or read what is left with `sqlite3 FILE .recover`.',
  ],
  ['SQLITE_NOTADB', 'STORE_CORRUPT', 'The file is not a SQLite database. Is the path right?'],
];

/** Any error as a code and a sentence that says what to do. */
export function describe(error: unknown, file: string): StoreFault {
  if (error instanceof DatabaseError) return { code: error.code, message: error.message };
  const code = (error as { code?: unknown }).code;
  const message = error instanceof Error ? error.message : String(error);
  const known = typeof code === 'string' ? CODES.find(([prefix]) => code.startsWith(prefix)) : undefined;
  if (known !== undefined) return { code: known[1], message: `${file}: ${known[2]} (${message})` };
  if (/directory does not exist/.test(message))
    return { code: 'STORE_READ_ONLY', message: `${file}: its folder does not exist.` };
  return { code: 'STORE_FAILED', message: `${file}: ${message}` };
}
