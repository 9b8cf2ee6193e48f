import type { CreatePlugin, PluginResource } from '@batchfeed/schemas';
import { PlatformError } from '../platform-error.ts';
import { isId } from './ids.ts';
import type { ConfigDatabase } from './open-config-database.ts';
import { pageReader } from './page.ts';

interface Row extends Omit<PluginResource, 'id' | 'current_version_id' | 'archived'> {
  id: number;
  archived: number;
  current_version_id: number | null;
}

const SOURCE = `(
  SELECT p.*, (
    SELECT v.id FROM plugin_versions v WHERE v.plugin_id = p.id ORDER BY v.status = 'ACTIVE' DESC, v.id DESC LIMIT 1
  ) AS current_version_id FROM plugins p
)`;

export function plugins(db: ConfigDatabase) {
  const insert = db.prepare(`
    INSERT INTO plugins (plugin_type, organisation_id, group_id, artifact_id)
    VALUES (:plugin_type, :organisation_id, :group_id, :artifact_id) ON CONFLICT DO NOTHING`);
  const select = db.prepare(`SELECT * FROM ${SOURCE} WHERE id = ?`);
  const get = (id: string): PluginResource | undefined => {
    const row = isId(id) ? (select.get(id) as Row | undefined) : undefined;
    return row && toResource(row);
  };
  return {
    get,
    list: pageReader(db, SOURCE, toResource),
    /** @throws PlatformError `CONFLICT` when group and artifact are taken. */
    create(body: CreatePlugin): PluginResource {
      const { changes, lastInsertRowid } = insert.run(body);
      if (changes === 0) {
        throw new PlatformError('CONFLICT', `There already is a plugin ${body.group_id}:${body.artifact_id}.`);
      }
      return get(String(lastInsertRowid)) as PluginResource;
    },
  };
}

function toResource({ current_version_id, ...row }: Row): PluginResource {
  return {
    ...row,
    id: String(row.id),
    archived: row.archived === 1,
    ...(current_version_id === null ? {} : { current_version_id: String(current_version_id) }),
  };
}
