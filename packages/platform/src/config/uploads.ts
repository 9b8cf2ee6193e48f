import type { IngestReport } from '@batchfeed/schemas';
import type { ConfigDatabase } from './open-config-database.ts';

export type UploadMode = 'diff' | 'full';

/** What is kept of an upload with an `Idempotency-Key`. */
export interface Upload {
  readonly id: number;
  readonly feed_id: number;
  readonly idempotency_key: string;
  readonly mode: UploadMode;
  readonly state: 'RUNNING' | 'CUT' | 'DONE';
  readonly parts: number;
  readonly parts_before: number;
  readonly digest_parts: number;
  readonly digest: Buffer | null;
  /** JSON of its `IngestReport`. */
  readonly report: string | null;
}

interface Begin {
  readonly feedId: string;
  readonly key: string;
  readonly mode: UploadMode;
  readonly partsBefore: number;
  readonly now: number;
}

/** Uploads with an `Idempotency-Key`, and how far they came. */
export function uploads(db: ConfigDatabase) {
  const select = db.prepare('SELECT * FROM uploads WHERE feed_id = ? AND idempotency_key = ?');
  const insert = db.prepare(`
    INSERT INTO uploads (feed_id, idempotency_key, mode, state, parts_before, touched_ts)
    VALUES (:feedId, :key, :mode, 'RUNNING', :partsBefore, :now)`);
  const again = db.prepare("UPDATE uploads SET state = 'RUNNING', parts_before = ?, touched_ts = ? WHERE id = ?");
  const progress = db.prepare('UPDATE uploads SET digest_parts = ?, digest = ? WHERE id = ?');
  const cut = db.prepare("UPDATE uploads SET state = 'CUT', parts = ? WHERE id = ?");
  const done = db.prepare(`
    UPDATE uploads SET state = 'DONE', parts = ?, digest_parts = ?, digest = ?, report = ?, touched_ts = ? WHERE id = ?`);
  const running = db.prepare("SELECT * FROM uploads WHERE state = 'RUNNING'");
  const forget = db.prepare('DELETE FROM uploads WHERE touched_ts < ?');
  const find = (feedId: string, key: string) => select.get(feedId, key) as Upload | undefined;
  return {
    find,
    begin(begin: Begin): Upload {
      insert.run(begin);
      return find(begin.feedId, begin.key) as Upload;
    },
    again(upload: Upload, partsBefore: number, now: number): Upload {
      again.run(partsBefore, now, upload.id);
      return { ...upload, state: 'RUNNING', parts_before: partsBefore };
    },
    /** What the first so many parts look like. */
    progress: (id: number, parts: number, digest: Buffer): void => void progress.run(parts, digest, id),
    cut: (id: number, parts: number): void => void cut.run(parts, id),
    done: (id: number, parts: number, digest: Buffer, report: IngestReport, now: number): void =>
      void done.run(parts, parts, digest, JSON.stringify(report), now, id),
    running: (): Upload[] => running.all() as Upload[],
    /** Forgets what nobody repeats any more. */
    forgetBefore: (ts: number): void => void forget.run(ts),
  };
}
