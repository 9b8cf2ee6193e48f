import type { CreateVersion, UpdateVersion, VersionResource, VersionStatus } from '@batchfeed/schemas';
import { PlatformError } from '../platform-error.ts';
import { isId } from './ids.ts';
import type { ConfigDatabase } from './open-config-database.ts';
import { pageReader } from './page.ts';

interface Row {
  id: number;
  plugin_id: number;
  version_id: string;
  status: VersionStatus;
  base_url: string | null;
  plugin_properties: string;
}

/** A status only moves on. */
const NEXT: Record<VersionStatus, readonly VersionStatus[]> = {
  DRAFT: ['DRAFT', 'ACTIVE', 'ARCHIVED'],
  ACTIVE: ['ACTIVE', 'ARCHIVED'],
  ARCHIVED: ['ARCHIVED'],
};

export function versions(db: ConfigDatabase) {
  const insert = db.prepare(`
    INSERT INTO plugin_versions (plugin_id, version_id, status, base_url, plugin_properties)
    VALUES (?, ?, 'DRAFT', ?, ?) ON CONFLICT DO NOTHING`);
  const change = db.prepare('UPDATE plugin_versions SET status = ?, base_url = ? WHERE id = ?');
  const byId = db.prepare('SELECT * FROM plugin_versions WHERE plugin_id = ? AND id = ?');
  const byName = db.prepare('SELECT * FROM plugin_versions WHERE plugin_id = ? AND version_id = ?');

  /** By id or by version, such as `1.0.0`: the two cannot be taken for one another. */
  const get = (pluginId: string, version: string): VersionResource | undefined => {
    if (!isId(pluginId)) return undefined;
    const row = (isId(version) ? byId : byName).get(pluginId, version) as Row | undefined;
    return row && toResource(row);
  };
  return {
    get,
    list: pageReader(db, 'plugin_versions', toResource, 'plugin_id = ?'),
    /** @throws PlatformError `CONFLICT` when the plugin has that version. */
    create(pluginId: string, body: CreateVersion): VersionResource {
      const { changes, lastInsertRowid } = insert.run(
        pluginId,
        body.version_id,
        body.base_url ?? null,
        JSON.stringify(body.plugin_properties),
      );
      if (changes === 0) {
        throw new PlatformError('CONFLICT', `Plugin ${pluginId} already has a version ${body.version_id}.`);
      }
      return get(pluginId, String(lastInsertRowid)) as VersionResource;
    },
    /** @throws PlatformError `CONFLICT` when the status would move back. */
    update(version: VersionResource, body: UpdateVersion): VersionResource {
      const status = body.status ?? version.status;
      if (!NEXT[version.status].includes(status)) {
        throw new PlatformError('CONFLICT', `status: ${version.status} cannot become ${status}.`);
      }
      if (version.status === 'ARCHIVED' && body.base_url !== undefined && body.base_url !== version.base_url) {
        throw new PlatformError(
          'CONFLICT',
          `base_url: version ${version.version_id} is archived and cannot be changed.`,
        );
      }
      change.run(status, body.base_url ?? version.base_url ?? null, version.id);
      return get(version.plugin_id, version.id) as VersionResource;
    },
  };
}

function toResource({ base_url, ...row }: Row): VersionResource {
  return {
    ...row,
    id: String(row.id),
    plugin_id: String(row.plugin_id),
    plugin_properties: JSON.parse(row.plugin_properties) as VersionResource['plugin_properties'],
    ...(base_url === null ? {} : { base_url }),
  };
}
