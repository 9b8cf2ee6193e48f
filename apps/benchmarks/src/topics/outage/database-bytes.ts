import Sqlite from 'better-sqlite3';

export interface DatabaseBytes {
  readonly size: number;
  readonly free: number;
  readonly used: number;
}

/** How large a database is that nothing has open, and how much of it is in use. */
export function databaseBytes(file: string): DatabaseBytes {
  const db = new Sqlite(file, { readonly: true });
  try {
    const read = (name: string) => Number(db.pragma(name, { simple: true }));
    const size = read('page_count') * read('page_size');
    const free = read('freelist_count') * read('page_size');
    return { size, free, used: size - free };
  } finally {
    db.close();
  }
}
