import type { ApiTokenRole, AuditAction, AuditEntry, AuditQuery } from '@batchfeed/schemas';
import type { ConfigDatabase } from './open-config-database.ts';
import { type Page, pageReader } from './page.ts';

interface Row extends Omit<AuditEntry, 'id'> {
  id: number;
}

/** What was done, without when and by whom. */
export interface AuditedAct {
  readonly action: AuditAction;
  readonly feedId: string | null;
  readonly target: string | null;
  readonly count: number | null;
}

/** Entries kept; older ones make room. */
const MAX_ENTRIES = 100_000;

/** Who did what: kept beside what it was done to, in the same database. */
export function auditLog(db: ConfigDatabase) {
  const insert = db.prepare(`
    INSERT INTO audit (ts, token_name, role, action, feed_id, target, count) VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const prune = db.prepare('DELETE FROM audit WHERE id <= ?');
  const read = pageReader(
    db,
    'audit',
    ({ id, ...row }: Row): AuditEntry => ({ ...row, id: String(id) }),
    '(? IS NULL OR feed_id = ?) AND (? IS NULL OR action = ?)',
    'id DESC',
  );
  return {
    write({ action, feedId, target, count }: AuditedAct, by: { name: string; role: ApiTokenRole }, now: number): void {
      const { lastInsertRowid } = insert.run(now, by.name, by.role, action, feedId, target, count);
      prune.run(Number(lastInsertRowid) - MAX_ENTRIES);
    },
    /** Newest first. */
    list: ({ feed_id: feedId, action, ...page }: AuditQuery): Page<AuditEntry> => {
      const values = [feedId, feedId, action, action].map((value) => value ?? null);
      return read(page, ...values);
    },
  };
}
