import type { HistoryDatabase } from './history-database.ts';
import { squeeze, unsqueeze } from './squeeze.ts';
import { type ChunkHead, columnsIn, USER_BYTES, withoutFeed } from './update-chunk.ts';

interface Limits {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

/** What one step takes away at most: some milliseconds of work. */
const STEP_BATCHES = 200;
const STEP_CHUNKS = 50;
const STEP_BYTES = 4 * 1024 * 1024;
const STEP_PAGES = 256;
/** Pages without anything in them that are kept for what comes next. */
const SPARE_PAGES = 1_024;

/**
 * Keeps the history within its limits, a small step at a time: what belongs to deleted feeds goes first, then what is too
 * old; of what is left, while it is too much, the oldest contents, and only when there are none the oldest rows.
 */
export function historyPruner(db: HistoryDatabase, { maxAgeMs, maxBytes }: Limits) {
  const oldestBatches = db.prepare(`SELECT id, sealed AS ts FROM batches ORDER BY id LIMIT ${STEP_BATCHES}`);
  const oldestChunks = db.prepare(`SELECT id, to_ts AS ts FROM update_chunks ORDER BY id LIMIT ${STEP_CHUNKS}`);
  const oldestContents = db.prepare(
    `SELECT batch AS id, length(text) AS bytes FROM contents ORDER BY batch LIMIT ${STEP_BATCHES}`,
  );
  const dropContents = db.prepare('DELETE FROM contents WHERE batch <= ?');
  const dropBatches = [
    dropContents,
    db.prepare('DELETE FROM batch_users WHERE batch <= ?'),
    db.prepare('DELETE FROM attempts WHERE batch <= ?'),
    db.prepare('DELETE FROM batches WHERE id <= ?'),
  ];
  const dropChunks = [db.prepare('DELETE FROM update_chunks WHERE id <= ?')];
  const dropGaps = db.prepare('DELETE FROM gaps WHERE to_ts < ?');
  const setPruned = db.prepare("UPDATE meta SET value = max(value, ?) WHERE name = 'pruned'");
  const pragma = (name: string) => db.pragma(name, { simple: true }) as number;
  const pageBytes = pragma('page_size');

  const drop = (rows: readonly Row[], statements: typeof dropBatches): boolean => {
    const last = rows.at(-1);
    if (last === undefined) return false;
    for (const statement of statements) statement.run(last.id);
    setPruned.run(Math.max(...rows.map(({ ts }) => ts)) + 1);
    return true;
  };
  const dropOld = (now: number): boolean => {
    const isOld = ({ ts }: Row) => ts < now - maxAgeMs;
    dropGaps.run(now - maxAgeMs);
    const batches = drop(beginning(oldestBatches.all() as Row[], isOld), dropBatches);
    return drop(beginning(oldestChunks.all() as Row[], isOld), dropChunks) || batches;
  };
  const dropMost = (): boolean => {
    if ((pragma('page_count') - pragma('freelist_count')) * pageBytes <= maxBytes) return false;
    let bytes = 0;
    const contents = beginning(oldestContents.all() as { id: number; bytes: number }[], (row) => {
      bytes += row.bytes;
      return bytes - row.bytes < STEP_BYTES;
    });
    const last = contents.at(-1);
    if (last !== undefined) return dropContents.run(last.id).changes > 0;
    const batches = oldestBatches.all() as Row[];
    const chunks = oldestChunks.all() as Row[];
    const batchesFirst = (batches[0]?.ts ?? Number.POSITIVE_INFINITY) <= (chunks[0]?.ts ?? Number.POSITIVE_INFINITY);
    return batchesFirst ? drop(batches, dropBatches) : drop(chunks, dropChunks);
  };
  const forgetSome = feedForgetter(db);
  const giveBack = (): boolean => {
    if (pragma('freelist_count') <= SPARE_PAGES) return false;
    db.pragma(`incremental_vacuum(${STEP_PAGES})`);
    return true;
  };

  const step = db.transaction((now: number): boolean => forgetSome() || dropOld(now) || dropMost());
  /** Whether there may be more to do. */
  return (now: number): boolean => step(now) || giveBack();
}

interface Row {
  readonly id: number;
  readonly ts: number;
}

/** Takes away what is known of feeds that are to be forgotten, some of it at a time; whether there was any. */
function feedForgetter(db: HistoryDatabase): () => boolean {
  const feeds = db.prepare('SELECT feed, chunk FROM forgotten LIMIT 1');
  const batchesOf = db.prepare(`SELECT id FROM batches WHERE feed = ? LIMIT ${STEP_BATCHES}`).pluck();
  const dropBatch = ['contents WHERE batch', 'batch_users WHERE batch', 'attempts WHERE batch', 'batches WHERE id'].map(
    (which) => db.prepare(`DELETE FROM ${which} = ?`),
  );
  const chunksAfter = db.prepare(
    `SELECT id, count, users, rest, head FROM update_chunks WHERE id > ? ORDER BY id LIMIT ${STEP_CHUNKS}`,
  );
  const dropChunk = db.prepare('DELETE FROM update_chunks WHERE id = ?');
  const replaceChunk = db.prepare('UPDATE update_chunks SET count = ?, users = ?, rest = ?, head = ? WHERE id = ?');
  const goneOn = db.prepare('UPDATE forgotten SET chunk = ? WHERE feed = ?');
  const done = db.prepare('DELETE FROM forgotten WHERE feed = ?');

  const forgetIn = (row: ChunkRow, feedId: string): void => {
    const head = JSON.parse(row.head) as ChunkHead;
    if (!head.places.some(([feed]) => feed === feedId)) return;
    const bytes = new Uint8Array(Buffer.concat([row.users, unsqueeze(row.rest)])).buffer;
    const left = withoutFeed(columnsIn(bytes, row.count), head, row.count, feedId);
    if (left === undefined) {
      dropChunk.run(row.id);
      return;
    }
    const users = Buffer.from(left.bytes, 0, left.count * USER_BYTES);
    const rest = squeeze(new Uint8Array(left.bytes, left.count * USER_BYTES));
    replaceChunk.run(left.count, users, rest, JSON.stringify(left.head), row.id);
  };

  return () => {
    const next = feeds.get() as { feed: string; chunk: number } | undefined;
    if (next === undefined) return false;
    const batches = batchesOf.all(next.feed) as number[];
    for (const id of batches) for (const statement of dropBatch) statement.run(id);
    if (batches.length > 0) return true;
    const chunks = chunksAfter.all(next.chunk) as ChunkRow[];
    for (const row of chunks) forgetIn(row, next.feed);
    const last = chunks.at(-1);
    if (last === undefined) done.run(next.feed);
    else goneOn.run(last.id, next.feed);
    return true;
  };
}

interface ChunkRow {
  readonly id: number;
  readonly count: number;
  readonly users: Buffer;
  readonly rest: Buffer;
  readonly head: string;
}

/** The items before the first that is none of these. */
function beginning<T>(items: readonly T[], isOne: (item: T) => boolean): T[] {
  const end = items.findIndex((item) => !isOne(item));
  return end === -1 ? [...items] : items.slice(0, end);
}
