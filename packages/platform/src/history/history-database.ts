/** The file of the history: opening it, and what to do with one that cannot be read. Runs in the history's thread. */
import { closeSync, openSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { OpenHistory } from './history-protocol.ts';

export type HistoryDatabase = Database.Database;

const FORMAT = 2;
/** Contents are long rows, which larger pages hold in fewer pieces. */
const PAGE_BYTES = 8_192;
const MAX_JOURNAL_BYTES = 32 * 1024 * 1024;

const TABLES = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE gaps (from_ts INTEGER NOT NULL, to_ts INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;
  CREATE TABLE forgotten (feed TEXT PRIMARY KEY, chunk INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  -- In the order of being sealed, as far as ids tell.
  CREATE TABLE batches (
    id INTEGER PRIMARY KEY, batch_id TEXT NOT NULL UNIQUE, feed TEXT NOT NULL, session TEXT NOT NULL, key TEXT NOT NULL,
    lines INTEGER NOT NULL, bytes INTEGER NOT NULL, seal TEXT NOT NULL, opened INTEGER NOT NULL, sealed INTEGER NOT NULL,
    settled INTEGER, state TEXT NOT NULL, attempts INTEGER NOT NULL, status INTEGER, reason TEXT, replay INTEGER NOT NULL,
    run INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX batches_by_key ON batches (feed, key);
  CREATE INDEX batches_by_feed ON batches (feed);
  CREATE INDEX batches_not_delivered ON batches (feed, state) WHERE state <> 'delivered';
  CREATE INDEX batches_unsettled ON batches (run) WHERE state IN ('sealed', 'in_flight', 'waiting');

  CREATE TABLE attempts (
    batch INTEGER NOT NULL, at INTEGER NOT NULL, attempt INTEGER NOT NULL, ms INTEGER NOT NULL, outcome TEXT NOT NULL,
    status INTEGER, reason TEXT, excerpt TEXT, delay INTEGER, replay INTEGER NOT NULL, is_last INTEGER NOT NULL,
    PRIMARY KEY (batch, at, attempt)
  ) STRICT, WITHOUT ROWID;
  -- Whom a batch is about, and its contents, which go first when room is needed: by the id of the batch.
  CREATE TABLE batch_users (batch INTEGER PRIMARY KEY, users BLOB NOT NULL, rest BLOB NOT NULL) STRICT;
  CREATE TABLE contents (batch INTEGER PRIMARY KEY, text BLOB NOT NULL) STRICT;

  CREATE TABLE update_chunks (
    id INTEGER PRIMARY KEY, to_ts INTEGER NOT NULL, count INTEGER NOT NULL, users BLOB NOT NULL, rest BLOB NOT NULL,
    head TEXT NOT NULL
  ) STRICT;
`;

/**
 * Opens the history. It is an account of what happened, not what the platform promises by: after a power failure its last
 * moments may be gone, which `synchronous = NORMAL` allows and which is entered as a gap like those of a crash. A file that
 * cannot be read is put aside as `history-damaged.db`, and the account begins anew.
 */
export function openHistoryDatabase({ file, now }: OpenHistory): { db: HistoryDatabase; damaged: string | undefined } {
  try {
    return { db: open(file, now), damaged: undefined };
  } catch (error) {
    if (!/^SQLITE_(NOTADB|CORRUPT)/.test(String((error as { code?: unknown }).code))) throw error;
    const damaged = file.replace(/(\.db)?$/, '-damaged.db');
    renameSync(file, damaged);
    for (const journal of ['-wal', '-shm']) rmSync(file + journal, { force: true });
    return { db: open(file, now), damaged };
  }
}

function open(file: string, now: number): HistoryDatabase {
  makePrivate(file);
  const db = new Database(file, { timeout: 1_000 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    if (db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0) {
      db.pragma(`page_size = ${PAGE_BYTES}`);
      db.pragma('auto_vacuum = INCREMENTAL');
    }
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma(`journal_size_limit = ${MAX_JOURNAL_BYTES}`);
    db.pragma('cache_size = -4096');
    // What is deleted is personal data; this overwrites it wherever that costs no write of its own.
    db.pragma('secure_delete = FAST');
    db.transaction(() => prepare(db, file, now))();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function prepare(db: HistoryDatabase, file: string, now: number): void {
  const format = db.pragma('user_version', { simple: true }) as number;
  if (format > FORMAT) {
    const message = `${file} was written by a newer version (format ${format}, this one knows ${FORMAT}). Use that version.`;
    throw Object.assign(new Error(message), { code: 'NEWER' });
  }
  if (format > 0 && format < FORMAT) {
    const message = `${file} was written by an earlier release, which names batches in another way. Move it away: a new one is begun.`;
    throw Object.assign(new Error(message), { code: 'OLDER' });
  }
  if (format === 0) {
    db.exec(TABLES);
    const insert = db.prepare('INSERT INTO meta VALUES (?, ?)');
    for (const [name, value] of Object.entries({ began: now, last: now, clean: 1, pruned: 0, run: 0 })) {
      insert.run(name, value);
    }
    db.pragma(`user_version = ${FORMAT}`);
  }
  beginRun(db, now);
}

/** A run that did not end properly may have happened longer than was written. */
function beginRun(db: HistoryDatabase, now: number): void {
  const meta = readMeta(db);
  if (meta('clean') === 0) {
    db.prepare("INSERT INTO gaps VALUES (?, ?, 'crash')").run(meta('last'), Math.max(now, meta('last')));
  }
  db.prepare("UPDATE meta SET value = 0 WHERE name = 'clean'").run();
  db.prepare("UPDATE meta SET value = value + 1 WHERE name = 'run'").run();
  db.prepare("UPDATE meta SET value = max(value, ?) WHERE name = 'last'").run(now);
}

export function readMeta(db: HistoryDatabase): (name: 'began' | 'last' | 'clean' | 'pruned' | 'run') => number {
  const select = db.prepare('SELECT value FROM meta WHERE name = ?').pluck();
  return (name) => select.get(name) as number;
}

/** SQLite gives its journals the mode of the file, so a new file is made before SQLite makes it. */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch {
    // It is there, or it cannot be made, which SQLite says next.
  }
}
