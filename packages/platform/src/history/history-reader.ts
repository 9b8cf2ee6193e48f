import type { BatchState } from '@batchfeed/schemas';
import type { Try } from './batch-change.ts';
import { type HistoryDatabase, readMeta } from './history-database.ts';
import type { BatchFilter, BatchRow, Extent, FoundBatch, FoundLine, Gap } from './history-protocol.ts';
import { unpackLines } from './pack-lines.ts';
import { unsqueeze } from './squeeze.ts';

/** Rows that one page of a list looks at, at most. */
const MAX_EXAMINED = 20_000;
/** Attempts of a batch that are shown: of more, so many of the first and of the last. */
const SHOWN_TRIES = 100;

export const BATCH_COLUMNS = `id, batch_id AS batchId, feed AS feedId, session AS sessionId, key AS groupingKey, lines, bytes,
  seal AS sealReason, opened AS openedAt, sealed AS sealedAt, settled AS settledAt, state, attempts, status, reason, replay`;

/** What is asked of the history, but for searches. */
export function historyReader(db: HistoryDatabase) {
  const meta = readMeta(db);
  const gaps = db.prepare('SELECT from_ts AS "from", to_ts AS "to", reason FROM gaps ORDER BY from_ts');
  const one = db.prepare(`SELECT ${BATCH_COLUMNS} FROM batches WHERE batch_id = ? AND feed = ?`);
  const triesOf = (order: 'ASC' | 'DESC') =>
    db.prepare(
      `SELECT attempt, at, ms, outcome, status, reason, excerpt, delay AS delayMs, replay, is_last AS isLast
       FROM attempts WHERE batch = ? ORDER BY at ${order}, attempt ${order} LIMIT ${SHOWN_TRIES / 2}`,
    );
  const firstTries = triesOf('ASC');
  const lastTries = triesOf('DESC');
  const packed = db.prepare(
    'SELECT rest, text, lines FROM contents JOIN batch_users USING (batch) JOIN batches ON id = batch WHERE batch = ?',
  );
  const unsure = db.prepare(
    `SELECT batch_id AS id, feed AS feedId FROM batches
     WHERE state IN ('sealed', 'in_flight', 'waiting') AND run < ${meta('run')} LIMIT ?`,
  );

  const tries = (id: number): Try[] => {
    const all = [...firstTries.all(id), ...lastTries.all(id).reverse()] as Try[];
    const distinct = new Map(all.map((one) => [`${one.at}/${one.attempt}`, one]));
    return [...distinct.values()].map((one) => ({ ...one, replay: Boolean(one.replay), isLast: Boolean(one.isLast) }));
  };
  const withTries = (row: BatchRow): FoundBatch => ({ row, tries: tries(row.id) });

  return {
    withTries,
    extent: (): Extent => ({ began: meta('began'), pruned: meta('pruned'), gaps: gaps.all() as Gap[] }),

    list(filter: BatchFilter): { rows: BatchRow[]; next: number | undefined } {
      const rows: BatchRow[] = [];
      let examined = 0;
      let last: number | undefined;
      for (const row of candidates(db, filter)) {
        if (rows.length === filter.max || examined === MAX_EXAMINED) return { rows, next: last };
        examined += 1;
        last = row.id;
        if (matches(row, filter)) rows.push(row);
      }
      return { rows, next: undefined };
    },

    batch(feedId: string, batchId: string): FoundBatch | undefined {
      const row = one.get(batchId, feedId) as BatchRow | undefined;
      return row && withTries(row);
    },

    /** Lines of a batch from the one at place `first` on; undefined when they are not kept. */
    lines(batch: number, first: number, max: number): FoundLine[] | undefined {
      const row = packed.get(batch) as { rest: Buffer; text: Buffer; lines: number } | undefined;
      if (row === undefined) return undefined;
      const sizes = sizesIn(unsqueeze(row.rest));
      return unpackLines(Buffer.from(unsqueeze(row.text)), sizes, first, max).map((line, index) => ({
        ...line,
        bytes: sizes[first + index] as number,
      }));
    },

    unsure: (max: number) => unsure.all(max) as { id: string; feedId: string }[],
  };
}

/** `ages` of all lines, then `sizes` of all: see `PackedLines`. */
export function agesIn(rest: Uint8Array<ArrayBuffer>): Uint32Array {
  return new Uint32Array(rest.buffer, 0, rest.byteLength / 8);
}

function sizesIn(rest: Uint8Array<ArrayBuffer>): Uint32Array {
  return new Uint32Array(rest.buffer, rest.byteLength / 2);
}

/** States that have an index of their own: batches in them are few. */
const RARE_STATES: ReadonlySet<BatchState | undefined> = new Set(['sealed', 'in_flight', 'waiting', 'dead', 'split']);

/** Rows that may match, newest first, by the narrowest index there is. */
function candidates(db: HistoryDatabase, filter: BatchFilter): Iterable<BatchRow> {
  const { feedId, groupingKey, state, before = Number.MAX_SAFE_INTEGER } = filter;
  const select = (index: string, where: string) =>
    `SELECT ${BATCH_COLUMNS} FROM batches INDEXED BY ${index} WHERE feed = ? AND ${where} id < ? ORDER BY id DESC`;
  const [sql, values] = RARE_STATES.has(state)
    ? [select('batches_not_delivered', "state <> 'delivered' AND state = ? AND"), [feedId, state, before]]
    : groupingKey !== undefined
      ? [select('batches_by_key', 'key = ? AND'), [feedId, groupingKey, before]]
      : [select('batches_by_feed', ''), [feedId, before]];
  return db.prepare(sql as string).iterate(...(values as unknown[])) as Iterable<BatchRow>;
}

function matches(row: BatchRow, { groupingKey, sessionId, sealReason, state }: BatchFilter): boolean {
  return (
    (groupingKey === undefined || row.groupingKey === groupingKey) &&
    (sessionId === undefined || row.sessionId === sessionId) &&
    (sealReason === undefined || row.sealReason === sealReason) &&
    (state === undefined || row.state === state)
  );
}
