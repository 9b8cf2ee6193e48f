import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HistoryDatabase } from './history-database.ts';
import type { BatchRow, FoundBatch, FoundUser } from './history-protocol.ts';
import { agesIn, BATCH_COLUMNS } from './history-reader.ts';
import { unsqueeze } from './squeeze.ts';
import { type ChunkHead, columnsIn, entryAt, placesOf, type UpdateEntry } from './update-chunk.ts';

/** Updates, and batches, that one answer holds at most: the latest ones. */
const MAX_FOUND = 1_000;
/** Rows looked through before others have a turn, of about this many users in all. */
const ROWS_A_TURN = 500;
const USERS_A_TURN = 1_000_000;

interface Wanted {
  readonly lo: number;
  readonly hi: number;
  readonly feedId: string | undefined;
}
interface ChunkRow {
  readonly id: number;
  readonly count: number;
  readonly users: Buffer;
}

/**
 * Finds a user by the hash, newest first. There is no index: packed hashes are looked through as they stand, some fifty
 * million a second, which costs a search what an index would have cost every update. Writing goes on between.
 */
export function userFinder(db: HistoryDatabase, withTries: (row: BatchRow) => FoundBatch) {
  const chunksBefore = db.prepare(
    `SELECT id, count, users FROM update_chunks WHERE id < ? ORDER BY id DESC LIMIT ${ROWS_A_TURN}`,
  );
  const restOfChunk = db.prepare('SELECT rest, head FROM update_chunks WHERE id = ?');
  const usersBefore = db.prepare(
    `SELECT batch AS id, length(users) / 8 AS count, users FROM batch_users WHERE batch < ? ORDER BY batch DESC LIMIT ${ROWS_A_TURN}`,
  );
  const batch = db.prepare(`SELECT ${BATCH_COLUMNS} FROM batches WHERE id = ?`);
  const restOfBatch = db.prepare('SELECT rest FROM batch_users WHERE batch = ?').pluck();

  const updatesOf = ({ id, count, users }: ChunkRow, places: readonly number[], { feedId }: Wanted): UpdateEntry[] => {
    const row = restOfChunk.get(id) as { rest: Buffer; head: string };
    const bytes = Buffer.concat([users, unsqueeze(row.rest)]);
    const columns = columnsIn(new Uint8Array(bytes).buffer, count);
    const head = JSON.parse(row.head) as ChunkHead;
    const entries = places.map((place) => entryAt(columns, head, place));
    return entries.filter((entry) => feedId === undefined || entry.feedId === feedId).reverse();
  };
  const batchOf = ({ id }: ChunkRow, places: readonly number[], { feedId }: Wanted): FoundUser['batches'] => {
    const row = batch.get(id) as BatchRow | undefined;
    if (row === undefined || (feedId !== undefined && row.feedId !== feedId)) return [];
    const ages = agesIn(unsqueeze(restOfBatch.get(id) as Buffer));
    const lines = places.map((place) => ({ number: place + 1, acceptedAt: row.openedAt + (ages[place] as number) }));
    return [{ ...withTries(row), places: lines }];
  };

  return async (wanted: Wanted): Promise<FoundUser> => {
    const updates: UpdateEntry[] = [];
    const batches: FoundUser['batches'][number][] = [];
    let more = false;
    const gather = async (
      source: typeof chunksBefore,
      into: unknown[],
      read: (row: ChunkRow, places: number[], wanted: Wanted) => readonly unknown[],
    ) => {
      for await (const row of rowsOf(source)) {
        const places = placesOf(numbersIn(row.users), row.count, wanted.lo, wanted.hi);
        if (places.length === 0) continue;
        into.push(...read(row, places, wanted));
        if (into.length <= MAX_FOUND) continue;
        into.length = MAX_FOUND;
        more = true;
        return;
      }
    };
    await gather(chunksBefore, updates, updatesOf);
    await gather(usersBefore, batches, batchOf);
    return { updates, batches, more };
  };
}

/** Rows newest first, a page at a time: no statement is open while others have their turn. */
async function* rowsOf(source: { all(before: number): unknown[] }): AsyncGenerator<ChunkRow> {
  let before = Number.MAX_SAFE_INTEGER;
  let users = 0;
  for (;;) {
    const rows = source.all(before) as ChunkRow[];
    for (const row of rows) {
      yield row;
      users += row.count;
      before = row.id;
      if (users < USERS_A_TURN) continue;
      users = 0;
      await nextTurn();
    }
    if (rows.length < ROWS_A_TURN) return;
    await nextTurn();
  }
}

function numbersIn(bytes: Buffer): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint32Array(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / 4);
}
