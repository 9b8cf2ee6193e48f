import type { BatchChange, PackedLines } from './batch-change.ts';
import type { HistoryDatabase } from './history-database.ts';
import { readMeta } from './history-database.ts';
import type { Gap, SureState, WriteHistory } from './history-protocol.ts';
import { squeeze } from './squeeze.ts';
import { type PackedChunk, USER_BYTES } from './update-chunk.ts';

/** Gaps kept at most; beyond, the two oldest become one. */
const MAX_GAPS = 1_000;

/** Everything that is written to the history: a row for a batch and each of its attempts, one for a chunk of updates. */
export function historyWriter(db: HistoryDatabase) {
  const run = readMeta(db)('run');
  const upsert = db
    .prepare(
      `INSERT INTO batches
         (batch_id, feed, session, key, lines, bytes, seal, opened, sealed, settled, state, attempts, status, reason, replay, run)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${run})
       ON CONFLICT (batch_id) DO UPDATE SET settled = excluded.settled, state = excluded.state, status = excluded.status,
         attempts = excluded.attempts, reason = excluded.reason, replay = max(replay, excluded.replay), run = ${run}
       RETURNING id`,
    )
    .pluck();
  const insertTry = db.prepare('INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const insertUsers = db.prepare('INSERT INTO batch_users VALUES (?, ?, ?)');
  const insertContents = db.prepare('INSERT INTO contents VALUES (?, ?)');
  const insertChunk = db.prepare('INSERT INTO update_chunks (to_ts, count, users, rest, head) VALUES (?, ?, ?, ?, ?)');
  const insertGap = db.prepare('INSERT INTO gaps VALUES (?, ?, ?)');
  const setMeta = db.prepare('UPDATE meta SET value = ? WHERE name = ?');
  const setState = db.prepare(`UPDATE batches SET state = coalesce(?, state), run = ${run} WHERE batch_id = ?`);
  const hasUsers = db.prepare('SELECT 1 FROM batch_users WHERE batch = ?').pluck();
  const hasContents = db.prepare('SELECT 1 FROM contents WHERE batch = ?').pluck();

  const writeBatch = (change: BatchChange): void => {
    const { feedId, sessionId, groupingKey, lines, bytes, sealReason, openedAt, sealedAt, settledAt } = change;
    const { state, attempts, status, reason, replay } = change;
    const fixed = [change.id, feedId, sessionId, groupingKey, lines, bytes, sealReason, openedAt, sealedAt];
    const id = upsert.get(...fixed, settledAt, state, attempts, status, reason, replay ? 1 : 0) as number;
    for (const { attempt, at, ms, outcome, status, reason, excerpt, delayMs, replay, isLast } of change.tries) {
      insertTry.run(id, at, attempt, ms, outcome, status, reason, excerpt, delayMs, replay ? 1 : 0, isLast ? 1 : 0);
    }
    if (change.packed !== undefined) writeLines(id, change.packed);
  };
  const writeLines = (id: number, { users, ages, sizes, text }: PackedLines): void => {
    if (hasUsers.get(id) === undefined) {
      insertUsers.run(id, bytesOf(users), squeeze(Buffer.concat([bytesOf(ages), bytesOf(sizes)])));
    }
    if (text !== undefined && hasContents.get(id) === undefined) insertContents.run(id, squeeze(Buffer.from(text)));
  };
  const writeChunk = ({ bytes, count, head, to }: PackedChunk): void => {
    const users = Buffer.from(bytes, 0, count * USER_BYTES);
    const rest = squeeze(new Uint8Array(bytes, count * USER_BYTES));
    insertChunk.run(to, count, users, rest, JSON.stringify(head));
  };
  const writeGap = ({ from, to, reason }: Gap): void => {
    insertGap.run(from, to, reason);
    joinOldGaps(db);
  };

  return {
    write: db.transaction(({ changes, chunk, upTo, gaps }: WriteHistory): void => {
      for (const change of changes) writeBatch(change);
      if (chunk !== undefined) writeChunk(chunk);
      for (const gap of gaps) writeGap(gap);
      setMeta.run(upTo, 'last');
    }),
    sure: db.transaction((states: readonly SureState[]): void => {
      for (const { id, state } of states) setState.run(state ?? null, id);
    }),
    endRun(): void {
      setMeta.run(1, 'clean');
    },
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function joinOldGaps(db: HistoryDatabase): void {
  const rows = db.prepare('SELECT rowid AS id, from_ts, to_ts FROM gaps ORDER BY from_ts').all() as {
    id: number;
    from_ts: number;
    to_ts: number;
  }[];
  const [first, second] = rows;
  if (rows.length <= MAX_GAPS || first === undefined || second === undefined) return;
  db.prepare('UPDATE gaps SET to_ts = ? WHERE rowid = ?').run(Math.max(first.to_ts, second.to_ts), first.id);
  db.prepare('DELETE FROM gaps WHERE rowid = ?').run(second.id);
}
