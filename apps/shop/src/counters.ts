import type { PartAnswer } from '@batchfeed/shop-batch-server';
import type Database from 'better-sqlite3';
import type { CommitGroup } from './commit-group.ts';

/** What the shop has seen since its database was made; written in the same commit as what it counts. */
export interface Statistics {
  batches: number;
  parts: number;
  /** Requests inside batches by their status code. */
  parts_by_status: Record<string, number>;
  /** Items created, changed and deleted; `created_again` counts creations beyond the first of the same id. */
  writes: { inserted: number; updated: number; deleted: number; created_again: number };
  /** Items by endpoint. */
  items: Record<string, number>;
  /** Email addresses that more than one newsletter subscriber has. */
  duplicate_subscribers: number;
}

export class Counters {
  readonly #add: Database.Statement<[string, number]>;

  constructor(
    private readonly database: Database.Database,
    private readonly commits: CommitGroup,
    private readonly endpoints: readonly string[],
  ) {
    this.#add = database.prepare(
      'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value',
    );
  }

  /** Counts a batch; call it before the commit that its answer waits for. */
  countBatch(answers: readonly PartAnswer[]): void {
    const byStatus = new Map<number, number>();
    for (const { statusCode } of answers) byStatus.set(statusCode, (byStatus.get(statusCode) ?? 0) + 1);
    this.commits.write(() => {
      this.#add.run('batches', 1);
      for (const [status, count] of byStatus) this.#add.run(`parts.${status}`, count);
    });
  }

  read(): Statistics {
    const counters = this.database.prepare<[], { name: string; value: number }>('SELECT * FROM counters').all();
    const byStatus = counters
      .filter(({ name }) => name.startsWith('parts.'))
      .map(({ name, value }): [string, number] => [name.slice('parts.'.length), value]);
    const number = (sql: string) => this.database.prepare<[], number>(sql).pluck().get() ?? 0;
    const sum = (expression: string) => number(`SELECT coalesce(sum(${expression}), 0) FROM writeLog`);
    return {
      batches: counters.find(({ name }) => name === 'batches')?.value ?? 0,
      parts: byStatus.reduce((total, [, count]) => total + count, 0),
      parts_by_status: Object.fromEntries(byStatus),
      writes: {
        inserted: sum('inserted'),
        updated: sum('updated'),
        deleted: sum('deleted'),
        // An item may be created again once it was deleted; more than that is a creation that was carried out twice.
        created_again: sum('max(inserted - deleted - 1, 0)'),
      },
      items: Object.fromEntries(
        this.endpoints.map((endpoint) => [endpoint, number(`SELECT count(*) FROM "${endpoint}"`)]),
      ),
      duplicate_subscribers: number('SELECT count(*) FROM duplicateSubscribers'),
    };
  }
}
