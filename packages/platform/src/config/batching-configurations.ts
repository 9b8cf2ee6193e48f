import type {
  BatchingConfiguration,
  BatchingConfigurationResource,
  Ordering,
  VersionResource,
} from '@batchfeed/schemas';
import { PlatformError } from '../platform-error.ts';
import { isId } from './ids.ts';
import type { ConfigDatabase } from './open-config-database.ts';

interface Row {
  id: number;
  plugin_version_id: number;
  enable_batching: number;
  batch_flush_max_size: number;
  batch_flush_max_bytes: number;
  batch_flush_max_age_ms: number;
  ordering: Ordering;
}

/** How lines of a plugin version become batches. A version has at most one. */
export function batchingConfigurations(db: ConfigDatabase) {
  const insert = db.prepare(`
    INSERT INTO batching_configurations
      (plugin_version_id, enable_batching, batch_flush_max_size, batch_flush_max_bytes, batch_flush_max_age_ms, ordering)
    VALUES
      (:version, :enable_batching, :batch_flush_max_size, :batch_flush_max_bytes, :batch_flush_max_age_ms, :ordering)
    ON CONFLICT DO NOTHING`);
  const change = db.prepare(`
    UPDATE batching_configurations SET enable_batching = :enable_batching, batch_flush_max_size = :batch_flush_max_size,
      batch_flush_max_bytes = :batch_flush_max_bytes, batch_flush_max_age_ms = :batch_flush_max_age_ms,
      ordering = :ordering
    WHERE plugin_version_id = :version AND id = :id`);
  const ofVersion = db.prepare('SELECT * FROM batching_configurations WHERE plugin_version_id = ?');
  const remove = db.prepare('DELETE FROM batching_configurations WHERE plugin_version_id = ? AND id = ?');

  const find = (versionId: string): BatchingConfigurationResource | undefined => {
    const row = ofVersion.get(versionId) as Row | undefined;
    return row && toResource(row);
  };
  const get = (versionId: string, id: string): BatchingConfigurationResource | undefined => {
    const configuration = find(versionId);
    return configuration?.id === id ? configuration : undefined;
  };
  return {
    find,
    get,
    /** @throws PlatformError `CONFLICT` when the version has one. */
    create(version: VersionResource, body: BatchingConfiguration): BatchingConfigurationResource {
      if (insert.run(toRow(version, body)).changes === 0) {
        throw new PlatformError(
          'CONFLICT',
          `Version ${version.version_id} already has a batching configuration. Change it with PUT, or delete it first.`,
        );
      }
      return find(version.id) as BatchingConfigurationResource;
    },
    update(
      version: VersionResource,
      id: string,
      body: BatchingConfiguration,
    ): BatchingConfigurationResource | undefined {
      if (isId(id)) change.run({ ...toRow(version, body), id });
      return get(version.id, id);
    },
    delete: (versionId: string, id: string): boolean => isId(id) && remove.run(versionId, id).changes === 1,
  };
}

function toRow(version: VersionResource, { plugin_version_id: _, ...body }: BatchingConfiguration) {
  return { ...body, version: version.id, enable_batching: body.enable_batching ? 1 : 0 };
}

function toResource(row: Row): BatchingConfigurationResource {
  return {
    ...row,
    id: String(row.id),
    plugin_version_id: String(row.plugin_version_id),
    enable_batching: row.enable_batching === 1,
  };
}
