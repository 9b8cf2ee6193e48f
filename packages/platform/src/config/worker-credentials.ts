import { randomUUID } from 'node:crypto';
import type { WorkerCredentials, WorkerCredentialsResource } from '@batchfeed/schemas';
import { digestOf, matches, newSecret } from '../secrets.ts';
import type { ConfigDatabase } from './open-config-database.ts';

interface Row {
  worker_id: string;
  plugin_version_id: number;
  digest: Buffer;
  created_ts: number;
}

export type WorkerCredentialsRegister = ReturnType<typeof workerCredentials>;

/** What plugins authenticate with at the gateway. A version may have several, so that they can be rotated. */
export function workerCredentials(db: ConfigDatabase) {
  const insert = db.prepare('INSERT INTO worker_credentials VALUES (?, ?, ?, ?)');
  const select = db.prepare('SELECT * FROM worker_credentials WHERE worker_id = ?');
  const ofVersion = db.prepare('SELECT * FROM worker_credentials WHERE plugin_version_id = ? ORDER BY created_ts');
  const change = db.prepare('UPDATE worker_credentials SET digest = ? WHERE worker_id = ? AND plugin_version_id = ?');
  const remove = db.prepare('DELETE FROM worker_credentials WHERE worker_id = ? AND plugin_version_id = ?');
  return {
    /** The only time the token is known in clear. */
    issue(versionId: string, now: number): WorkerCredentials {
      const issued = { worker_id: randomUUID(), authentication_token: newSecret() };
      insert.run(issued.worker_id, versionId, digestOf(issued.authentication_token), now);
      return issued;
    },
    /** A new token for a worker; the one before is worth nothing from now on. Undefined when there is no such worker. */
    rotate(versionId: string, workerId: string): WorkerCredentials | undefined {
      const token = newSecret();
      const { changes } = change.run(digestOf(token), workerId, versionId);
      return changes === 1 ? { worker_id: workerId, authentication_token: token } : undefined;
    },
    list: (versionId: string): WorkerCredentialsResource[] =>
      (ofVersion.all(versionId) as Row[]).map((row) => ({
        worker_id: row.worker_id,
        plugin_version_id: String(row.plugin_version_id),
        created_ts: row.created_ts,
      })),
    revoke: (versionId: string, workerId: string): boolean => remove.run(workerId, versionId).changes === 1,
    /** The plugin version a worker belongs to, or undefined when the credentials are wrong. */
    versionOf(workerId: string, token: string): string | undefined {
      const row = select.get(workerId) as Row | undefined;
      return matches(token, row?.digest) ? String(row?.plugin_version_id) : undefined;
    },
  };
}
