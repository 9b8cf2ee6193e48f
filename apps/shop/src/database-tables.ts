import type Database from 'better-sqlite3';
import { isComposite, isStored, type Resource } from './resource.ts';

/** The items of one or more resources: a plain one and those that show the same items extended. */
export interface StoreShape {
  name: string;
  columns: string[];
  indexed: string[];
  /** Any one of its resources: they share the form of their ids. */
  resource: Resource;
}

/** The tables that these resources need. */
export const storeShapes = (resources: Iterable<Resource>): StoreShape[] => {
  const shapes = new Map<string, StoreShape>();
  for (const resource of resources) {
    const shape = shapes.get(resource.store) ?? { name: resource.store, columns: [], indexed: [], resource };
    shapes.set(resource.store, shape);
    const columns = [...resource.properties.values()].filter(isStored).map(({ name }) => name);
    const links = [...resource.properties.values()]
      .filter(({ kind }) => kind === 'link' || kind === 'made')
      .map(({ name }) => name);
    shape.columns = [...new Set([...shape.columns, ...columns])];
    const searched = [...resource.search.values(), ...links].filter((name) => shape.columns.includes(name));
    shape.indexed = [...new Set([...shape.indexed, ...searched])];
  }
  return [...shapes.values()];
};

const quoted = (name: string) => `"${name}"`;

// `number` is never given out twice, so a generated id never comes to mean another item.
const createTable = (database: Database.Database, { name, columns, indexed, resource }: StoreShape) => {
  const table = quoted(name);
  const definitions = [
    'number INTEGER PRIMARY KEY AUTOINCREMENT',
    'outerId TEXT UNIQUE',
    ...(isComposite(resource) ? ['generatedId TEXT UNIQUE'] : []),
    ...columns.map((column) => `${quoted(column)} TEXT`),
  ];
  database.exec(`CREATE TABLE IF NOT EXISTS ${table} (${definitions.join(', ')})`);
  // A property added to the tables of resources later becomes a column of an existing database.
  const existing = new Set(database.prepare(`SELECT name FROM pragma_table_info('${name}')`).pluck().all());
  for (const column of columns) {
    if (!existing.has(column)) database.exec(`ALTER TABLE ${table} ADD COLUMN ${quoted(column)} TEXT`);
  }
  for (const column of indexed) {
    database.exec(`CREATE INDEX IF NOT EXISTS ${quoted(`${name}_${column}`)} ON ${table} (${quoted(column)})`);
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
  CREATE TABLE IF NOT EXISTS sequences (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE VIEW IF NOT EXISTS duplicateSubscribers AS
    SELECT lower(email) AS email, count(*) AS rows FROM newsletterSubscribers GROUP BY lower(email) HAVING count(*) > 1;
`;

/** Makes what is missing, in one transaction. */
export const createTables = (database: Database.Database, shapes: readonly StoreShape[]): void =>
  database.transaction(() => {
    for (const shape of shapes) createTable(database, shape);
    database.exec(bookkeeping);
  })();
