import type { PageQuery } from '@batchfeed/schemas';
import type { ConfigDatabase } from './open-config-database.ts';

export interface Page<T> {
  readonly items: T[];
  readonly total: number;
}

/** Reads pages of a table or view, in the order of its ids unless told otherwise; `where` and its values narrow it. */
export function pageReader<Row, T>(
  db: ConfigDatabase,
  source: string,
  toResource: (row: Row) => T,
  where = 'true',
  order = 'id',
) {
  const items = db.prepare(`SELECT * FROM ${source} WHERE ${where} ORDER BY ${order} LIMIT ? OFFSET ?`);
  const total = db.prepare(`SELECT count(*) FROM ${source} WHERE ${where}`).pluck();
  return (query: PageQuery, ...values: readonly (string | null)[]): Page<T> => ({
    items: (items.all(...values, query.max_results, query.first_result) as Row[]).map(toResource),
    total: total.get(...values) as number,
  });
}
