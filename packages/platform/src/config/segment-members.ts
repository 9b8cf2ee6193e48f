import { createHash, randomBytes } from 'node:crypto';
import type { ReadUpdate } from '../ingest/read-update.ts';
import { type ConfigDatabase, inTransaction } from './open-config-database.ts';

/** A member whose update is on its way to the disk, and what settles it there. */
export interface PendingMember {
  readonly user: string;
  readonly marker: Buffer;
  /** Of what the member then has; undefined when it then is none. */
  readonly hash: Buffer | undefined;
}

export interface Member {
  readonly user_key: string;
  readonly identifiers: string;
}

interface Scope {
  readonly feedId: string;
  readonly sessionId: string;
  readonly load: number;
}

const HASH_BYTES = 16;

/**
 * Who is in a feed's segment, as far as accepted updates say: a row for everyone the partner may have. A row is marked as
 * uncertain before its update is accepted, and settled after that, so that whatever a crash leaves is taken for unknown:
 * it is sent once more, or deleted once more, never forgotten.
 */
export function segmentMembers(db: ConfigDatabase) {
  const select = db.prepare('SELECT hash FROM segment_members WHERE feed_id = ? AND user_key = ?').pluck();
  const put = db.prepare(`
    INSERT INTO segment_members VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET identifiers = excluded.identifiers, hash = excluded.hash, load_number = excluded.load_number`);
  const touch = db.prepare('UPDATE segment_members SET load_number = ? WHERE feed_id = ? AND user_key = ?');
  const leave = db.prepare('UPDATE segment_members SET hash = ? WHERE feed_id = ? AND user_key = ?');
  const settle = db.prepare('UPDATE segment_members SET hash = ? WHERE feed_id = ? AND user_key = ? AND hash = ?');
  const drop = db.prepare('DELETE FROM segment_members WHERE feed_id = ? AND user_key = ? AND hash = ?');
  const stale = db.prepare(`
    SELECT user_key, identifiers FROM segment_members
    WHERE feed_id = ? AND user_key > ? AND load_number < ? ORDER BY user_key LIMIT ?`);
  const countAll = db.prepare('SELECT count(*) FROM segment_members WHERE feed_id = ?').pluck();
  const countStale = db.prepare('SELECT count(*) FROM segment_members WHERE feed_id = ? AND load_number < ?').pluck();

  // Not as long as a hash, and never the same twice.
  const run = randomBytes(4);
  let serial = 0;
  const newMarker = () => {
    const marker = Buffer.alloc(12);
    run.copy(marker);
    serial += 1;
    marker.writeBigUInt64BE(BigInt(serial), 4);
    return marker;
  };
  const upsert = ({ feedId, sessionId, load }: Scope, { user, update }: ReadUpdate): PendingMember => {
    const marker = newMarker();
    put.run(feedId, user, JSON.stringify(update.user_identifiers), marker, load);
    return { user, marker, hash: hashOf(sessionId, update) };
  };
  const remove = (feedId: string, user: string): PendingMember => {
    const marker = newMarker();
    leave.run(marker, feedId, user);
    return { user, marker, hash: undefined };
  };
  return {
    /** Before single updates are accepted. */
    note: inTransaction(db, (scope: Scope, updates: readonly ReadUpdate[]): PendingMember[] =>
      updates.map((each) =>
        each.update.operation === 'UPSERT' ? upsert(scope, each) : remove(scope.feedId, each.user),
      ),
    ),
    /** Before members of a whole segment are accepted: those that are new or have changed. */
    noteChanged: inTransaction(db, (scope: Scope, updates: readonly ReadUpdate[]) => {
      const changed: ReadUpdate[] = [];
      const pending: PendingMember[] = [];
      for (const each of updates) {
        const known = select.get(scope.feedId, each.user) as Buffer | null | undefined;
        if (known?.equals(hashOf(scope.sessionId, each.update))) touch.run(scope.load, scope.feedId, each.user);
        else {
          changed.push(each);
          pending.push(upsert(scope, each));
        }
      }
      return { changed, pending };
    }),
    /** Before members that are in the segment no more are deleted. */
    noteLeaving: inTransaction(db, (feedId: string, members: readonly Member[]): PendingMember[] =>
      members.map(({ user_key }) => remove(feedId, user_key)),
    ),
    /** Once the updates are on disk. */
    settle: inTransaction(db, (feedId: string, pending: readonly PendingMember[]): void => {
      for (const { user, marker, hash } of pending) {
        if (hash === undefined) drop.run(feedId, user, marker);
        else settle.run(hash, feedId, user, marker);
      }
    }),
    /** Members that no whole-segment upload from `load` on had, behind the one with key `after`. */
    stale: (feedId: string, load: number, after: string, limit: number): Member[] =>
      stale.all(feedId, after, load, limit) as Member[],
    count: (feedId: string): number => countAll.get(feedId) as number,
    countStale: (feedId: string, load: number): number => countStale.get(feedId, load) as number,
  };
}

/** With the session, since a new one begins with an empty segment at the partner: everybody is sent again. */
function hashOf(sessionId: string, { user_identifiers, user_profiles = [] }: ReadUpdate['update']): Buffer {
  const text = JSON.stringify([sessionId, user_identifiers, user_profiles]);
  return createHash('sha256').update(text).digest().subarray(0, HASH_BYTES);
}
