import { randomBytes } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { CommitGroup } from './commit-group.ts';
import { storedColumns } from './database.ts';
import { generatedId, numberInId, type Resource } from './resource.ts';

/** The stored fields of an item: text, or nothing. */
export type Fields = Record<string, string | null>;

export interface Item {
  /** The shop's own number, in generated ids and `innerId`. */
  number: number;
  /** The outer id if it has one, else the generated id. */
  id: string;
  fields: Fields;
}

export interface Page {
  items: Item[];
  total: number;
}

const now = () => new Date().toISOString().slice(0, 19);
const quoted = (name: string) => `"${name}"`;

type Row = Fields & { number: number; outerId: string | null };

/** The items of one resource in the database. Every statement of the shop is in this file. */
export class ItemStore {
  readonly #columns: string[];
  readonly #byNumber: Database.Statement<[number], Row>;
  readonly #byOuterId: Database.Statement<[string], Row>;
  readonly #insert: Database.Statement;
  readonly #update: Database.Statement;
  readonly #delete: Database.Statement<[number]>;
  readonly #log: Record<'inserted' | 'updated' | 'deleted', Database.Statement<[string, string]>>;

  constructor(
    private readonly resource: Resource,
    private readonly database: Database.Database,
    private readonly commits: CommitGroup,
  ) {
    this.#columns = storedColumns(resource);
    const table = quoted(resource.endpoint);
    const names = ['outerId', ...this.#columns];
    const places = names.map(() => '?').join(', ');
    const log = (column: string) =>
      database.prepare<[string, string]>(
        `INSERT INTO writeLog (endpoint, id, ${column}) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET ${column} = ${column} + 1`,
      );
    this.#byNumber = database.prepare(`SELECT * FROM ${table} WHERE number = ?`);
    this.#byOuterId = database.prepare(`SELECT * FROM ${table} WHERE outerId = ?`);
    this.#insert = database.prepare(`INSERT INTO ${table} (${names.map(quoted).join(', ')}) VALUES (${places})`);
    this.#update = database.prepare(
      `UPDATE ${table} SET ${names.map((name) => `${quoted(name)} = ?`).join(', ')} WHERE number = ?`,
    );
    this.#delete = database.prepare(`DELETE FROM ${table} WHERE number = ?`);
    this.#log = { inserted: log('inserted'), updated: log('updated'), deleted: log('deleted') };
  }

  /** The item of this outer or generated id. */
  find(id: string): Item | undefined {
    const row = this.#byOuterId.get(id) ?? this.#byGeneratedId(id);
    return row && this.#item(row);
  }

  #byGeneratedId(id: string): Row | undefined {
    const number = numberInId(this.resource, id);
    return number === undefined ? undefined : this.#byNumber.get(number);
  }

  create(outerId: string | undefined, given: Fields): Item {
    return this.commits.write(() => {
      const date = now();
      const kept: Fields = { dateCreated: date, dateUpdated: date, hash: randomBytes(16).toString('hex') };
      const fields = this.#columns.map((column) => given[column] ?? kept[column] ?? null);
      const number = Number(this.#insert.run(outerId ?? null, ...fields).lastInsertRowid);
      const item = this.#item(this.#byNumber.get(number)!);
      this.#log.inserted.run(this.resource.endpoint, item.id);
      return item;
    });
  }

  /** Changes the given fields and, if `outerId` is given, the outer id. */
  update(item: Item, given: Fields, outerId?: string): Item {
    return this.commits.write(() => {
      const fields: Fields = { ...item.fields, ...given, dateUpdated: now() };
      const own = generatedId(this.resource, item.number);
      const id = outerId ?? (item.id === own ? null : item.id);
      this.#update.run(id, ...this.#columns.map((column) => fields[column] ?? null), item.number);
      const changed = this.#item(this.#byNumber.get(item.number)!);
      this.#log.updated.run(this.resource.endpoint, changed.id);
      return changed;
    });
  }

  delete(item: Item): void {
    this.commits.write(() => {
      this.#delete.run(item.number);
      this.#log.deleted.run(this.resource.endpoint, item.id);
    });
  }

  /** Items whose columns equal `search`, oldest first. */
  list(search: Fields, page: number, limit: number): Page {
    const names = Object.keys(search);
    const column = (name: string) => (name === 'innerId' ? 'number' : quoted(name));
    const where = names.length === 0 ? '' : `WHERE ${names.map((name) => `${column(name)} = ?`).join(' AND ')}`;
    const from = `FROM ${quoted(this.resource.endpoint)} ${where}`;
    const values = Object.values(search);
    const total =
      this.database
        .prepare<unknown[], number>(`SELECT count(*) ${from}`)
        .pluck()
        .get(...values) ?? 0;
    const rows = this.database
      .prepare<unknown[], Row>(`SELECT * ${from} ORDER BY number LIMIT ? OFFSET ?`)
      .all(...values, limit, page * limit);
    return { items: rows.map((row) => this.#item(row)), total };
  }

  #item({ number, outerId, ...fields }: Row): Item {
    return { number, id: outerId ?? generatedId(this.resource, number), fields };
  }
}
