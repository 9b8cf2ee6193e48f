import type { Throttling, ThrottlingResource, ThrottlingScope } from '@batchfeed/schemas';
import { isId } from './ids.ts';
import type { ConfigDatabase } from './open-config-database.ts';

interface Row {
  id: number;
  plugin_version_id: number;
  scope: ThrottlingScope;
  throttling_key: string | null;
  plugin_endpoint: ThrottlingResource['plugin_endpoint'];
  max_qps: number | null;
  max_concurrency: number | null;
  timeout_ms: number | null;
}

/** How often, how many at once and how long routes of a plugin version may be called. */
export function throttlings(db: ConfigDatabase) {
  const insert = db.prepare(`
    INSERT INTO throttlings (plugin_version_id, scope, throttling_key, plugin_endpoint, max_qps, max_concurrency, timeout_ms)
    VALUES (:version, :scope, :throttling_key, :plugin_endpoint, :max_qps, :max_concurrency, :timeout_ms)`);
  const change = db.prepare(`
    UPDATE throttlings SET scope = :scope, throttling_key = :throttling_key, plugin_endpoint = :plugin_endpoint,
      max_qps = :max_qps, max_concurrency = :max_concurrency, timeout_ms = :timeout_ms
    WHERE plugin_version_id = :version AND id = :id`);
  const select = db.prepare('SELECT * FROM throttlings WHERE plugin_version_id = ? AND id = ?');
  const ofVersion = db.prepare('SELECT * FROM throttlings WHERE plugin_version_id = ? ORDER BY id');
  const remove = db.prepare('DELETE FROM throttlings WHERE plugin_version_id = ? AND id = ?');

  const get = (versionId: string, id: string): ThrottlingResource | undefined => {
    const row = isId(id) ? (select.get(versionId, id) as Row | undefined) : undefined;
    return row && toResource(row);
  };
  return {
    get,
    list: (versionId: string): ThrottlingResource[] => (ofVersion.all(versionId) as Row[]).map(toResource),
    create: (versionId: string, body: Throttling): ThrottlingResource =>
      get(versionId, String(insert.run(toRow(versionId, body)).lastInsertRowid)) as ThrottlingResource,
    update(versionId: string, id: string, body: Throttling): ThrottlingResource | undefined {
      if (isId(id)) change.run({ ...toRow(versionId, body), id });
      return get(versionId, id);
    },
    delete: (versionId: string, id: string): boolean => isId(id) && remove.run(versionId, id).changes === 1,
  };
}

function toRow(version: string, body: Throttling) {
  return {
    version,
    scope: body.scope,
    plugin_endpoint: body.plugin_endpoint,
    throttling_key: body.throttling_key ?? null,
    max_qps: body.max_qps ?? null,
    max_concurrency: body.max_concurrency ?? null,
    timeout_ms: body.timeout_ms ?? null,
  };
}

function toResource(row: Row): ThrottlingResource {
  const { throttling_key, max_qps, max_concurrency, timeout_ms } = row;
  return {
    id: String(row.id),
    plugin_version_id: String(row.plugin_version_id),
    scope: row.scope,
    plugin_endpoint: row.plugin_endpoint,
    ...(throttling_key === null ? {} : { throttling_key }),
    ...(max_qps === null ? {} : { max_qps }),
    ...(max_concurrency === null ? {} : { max_concurrency }),
    ...(timeout_ms === null ? {} : { timeout_ms }),
  };
}
