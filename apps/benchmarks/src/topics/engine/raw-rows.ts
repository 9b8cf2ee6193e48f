import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { content } from './lines.ts';

const ROWS_A_TRANSACTION = 500;

/** A plain table of lines, as safe as the store: WAL, synchronous FULL. */
export function openRaw(folder: string): Sqlite.Database {
  const db = new Sqlite(join(folder, 'raw.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE line (id INTEGER PRIMARY KEY, key TEXT NOT NULL, content TEXT NOT NULL)');
  return db;
}

/** One row a line, 500 rows a transaction, over so many keys in turn. */
export function insertRaw(db: Sqlite.Database, count: number, keys: number): void {
  const insert = db.prepare('INSERT INTO line (key, content) VALUES (?, ?)');
  for (let from = 0; from < count; from += ROWS_A_TRANSACTION) {
    const until = Math.min(from + ROWS_A_TRANSACTION, count);
    db.transaction(() => {
      for (let index = from; index < until; index += 1) insert.run(`key-${index % keys}`, content(index));
    })();
  }
}
