import { randomBytes } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { CommitGroup } from './commit-group.ts';
import type { StoreShape } from './database-tables.ts';
import { generatedId, isComposite, needsOwnNumber, numberInId, withOwnNumber } from './resource.ts';

/** The stored fields of an item: text, or nothing. A link is stored as the generated id of the item it leads to. */
export type Fields = Record<string, string | null>;

export interface Item {
  /** The shop's own number, in generated ids and `innerId`. */
  number: number;
  /** The outer id if it has one, else the generated id. */
  id: string;
  /** The generated id, which stays when the outer id changes. */
  ownId: string;
  fields: Fields;
}

/** What an item is to become. */
export interface ItemWrite {
  outerId: string | undefined;
  /** Numbers of the linked items that a composite generated id is made of. */
  linkedNumbers: readonly number[];
  fields: Fields;
}

/** One condition of a search. */
export interface Condition {
  column: string;
  operator: '=' | '<' | '<=' | '>' | '>=';
  value: string;
}

export interface Page {
  items: Item[];
  total: number;
}

const now = () => new Date().toISOString().slice(0, 19);
const quoted = (name: string) => `"${name}"`;

type Row = Fields & { number: number; outerId: string | null; generatedId?: string | null };
type LogColumn = 'inserted' | 'updated' | 'deleted';

/** The items of one table. Every statement about items is in this file. */
export class ItemStore {
  readonly #table: string;
  /** Columns written, in order: the two ids first. */
  readonly #columns: string[];
  readonly #isComposite: boolean;
  readonly #hasHash: boolean;
  readonly #statements: Record<
    'byNumber' | 'byOuterId' | 'byGeneratedId' | 'insert' | 'update' | 'delete' | 'next',
    Database.Statement
  >;
  readonly #log: Record<LogColumn, Database.Statement<[string, string]>>;

  constructor(
    private readonly shape: StoreShape,
    private readonly database: Database.Database,
    private readonly commits: CommitGroup,
  ) {
    this.#isComposite = isComposite(shape.resource);
    this.#hasHash = shape.columns.includes('hash');
    this.#table = quoted(shape.name);
    this.#columns = ['outerId', ...(this.#isComposite ? ['generatedId'] : []), ...shape.columns];
    const columns = ['number', ...this.#columns];
    const select = `SELECT * FROM ${this.#table} WHERE`;
    this.#statements = {
      byNumber: database.prepare(`${select} number = ?`),
      byOuterId: database.prepare(`${select} outerId = ?`),
      byGeneratedId: database.prepare(`${select} ${this.#isComposite ? 'generatedId' : 'number'} = ?`),
      insert: database.prepare(
        `INSERT INTO ${this.#table} (${columns.map(quoted).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
      ),
      update: database.prepare(
        `UPDATE ${this.#table} SET ${this.#columns.map((name) => `${quoted(name)} = ?`).join(', ')} WHERE number = ?`,
      ),
      delete: database.prepare(`DELETE FROM ${this.#table} WHERE number = ?`),
      next: database.prepare(
        'INSERT INTO sequences VALUES (?, 1) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value',
      ),
    };
    const log = (column: LogColumn) =>
      database.prepare<[string, string]>(
        `INSERT INTO writeLog (endpoint, id, ${column}) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET ${column} = ${column} + 1`,
      );
    this.#log = { inserted: log('inserted'), updated: log('updated'), deleted: log('deleted') };
  }

  /** The item of this outer or generated id. */
  find(id: string): Item | undefined {
    const { byOuterId, byGeneratedId } = this.#statements;
    const key = this.#isComposite ? id : numberInId(this.shape.resource, id);
    const row = byOuterId.get(id) ?? (key === undefined ? undefined : byGeneratedId.get(key));
    return row === undefined ? undefined : this.#item(row as Row);
  }

  /** The generated id made of these linked items alone; `undefined` where it takes the item's own number. */
  ownId(linkedNumbers: readonly number[]): string | undefined {
    const { resource } = this.shape;
    return this.#isComposite && !needsOwnNumber(resource) ? generatedId(resource, linkedNumbers) : undefined;
  }

  create(write: ItemWrite): Item {
    return this.commits.write(() => this.#logged('inserted', this.#insert(write)));
  }

  /** Creates an item that no client asked for: it is not logged. */
  seed(fields: Fields): Item {
    return this.commits.write(() => this.#insert({ outerId: undefined, linkedNumbers: [], fields }));
  }

  /** Changes the given fields and, if given, the outer id. */
  update(item: Item, { outerId, linkedNumbers, fields }: ItemWrite): Item {
    return this.commits.write(() => {
      const { update, byNumber } = this.#statements;
      const id = outerId ?? (item.id === item.ownId ? null : item.id);
      const values: Fields = { ...item.fields, dateUpdated: now(), ...fields };
      update.run(...this.#row(values, id, linkedNumbers, item.number), item.number);
      return this.#logged('updated', this.#item(byNumber.get(item.number) as Row));
    });
  }

  delete(item: Item): void {
    this.commits.write(() => {
      this.#statements.delete.run(item.number);
      this.#logged('deleted', item);
    });
  }

  /** Items that meet all conditions, oldest first. */
  list(conditions: readonly Condition[], page: number, limit: number): Page {
    const tests = conditions.map(({ column, operator }) => `${quoted(column)} ${operator} ?`);
    const from = `FROM ${this.#table} ${tests.length === 0 ? '' : `WHERE ${tests.join(' AND ')}`}`;
    const values = conditions.map(({ value }) => value);
    const total = this.database
      .prepare(`SELECT count(*) ${from}`)
      .pluck()
      .get(...values) as number;
    const rows = this.database
      .prepare(`SELECT * ${from} ORDER BY number LIMIT ? OFFSET ?`)
      .all(...values, limit, page * limit);
    return { items: rows.map((row) => this.#item(row as Row)), total };
  }

  #insert({ outerId, linkedNumbers, fields }: ItemWrite): Item {
    const { insert, next, byNumber } = this.#statements;
    const { sequence } = this.shape.resource;
    const given = sequence === undefined ? null : (next.pluck().get(sequence) as number);
    const date = now();
    const kept: Fields = { dateCreated: date, dateUpdated: date };
    if (this.#hasHash) kept.hash = randomBytes(16).toString('hex');
    const values: Fields = { ...kept, ...fields };
    const number = Number(
      insert.run(given, ...this.#row(values, outerId ?? null, linkedNumbers, null)).lastInsertRowid,
    );
    // Only now is the number known that the id is made of.
    if (needsOwnNumber(this.shape.resource)) {
      this.#statements.update.run(...this.#row(values, outerId ?? null, linkedNumbers, number), number);
    }
    return this.#item(byNumber.get(number) as Row);
  }

  #row(
    fields: Fields,
    outerId: string | null,
    linkedNumbers: readonly number[],
    number: number | null,
  ): (string | null)[] {
    const ids: Fields = { outerId, generatedId: this.#compositeId(linkedNumbers, number) };
    return this.#columns.map((column) => (column in ids ? ids[column]! : (fields[column] ?? null)));
  }

  #compositeId(linkedNumbers: readonly number[], number: number | null): string | null {
    const { resource } = this.shape;
    if (!needsOwnNumber(resource)) return this.ownId(linkedNumbers) ?? null;
    return number === null ? null : generatedId(resource, withOwnNumber(resource, linkedNumbers, number));
  }

  #item({ number, outerId, generatedId: composite, ...fields }: Row): Item {
    const ownId = composite ?? generatedId(this.shape.resource, [number]);
    return { number, id: outerId ?? ownId, ownId, fields };
  }

  #logged(column: LogColumn, item: Item): Item {
    this.#log[column].run(this.shape.name, item.id);
    return item;
  }
}
