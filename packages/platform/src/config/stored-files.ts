import type { FileResource } from '@batchfeed/schemas';
import type { ConfigDatabase } from './open-config-database.ts';

interface Row {
  name: string;
  bytes: number;
  updated_ts: number;
}

/** Files operators and plugins keep here: configuration files of a plugin version, and data files by their URI. */
export function storedFiles(db: ConfigDatabase) {
  const read = db
    .prepare('SELECT content FROM configuration_files WHERE plugin_version_id = ? AND technical_name = ?')
    .pluck();
  const write = db.prepare(`
    INSERT INTO configuration_files VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET content = excluded.content, updated_ts = excluded.updated_ts`);
  const list = db.prepare(`
    SELECT technical_name AS name, length(content) AS bytes, updated_ts FROM configuration_files
    WHERE plugin_version_id = ? ORDER BY technical_name`);
  const one = db.prepare(`
    SELECT technical_name AS name, length(content) AS bytes, updated_ts FROM configuration_files
    WHERE plugin_version_id = ? AND technical_name = ?`);
  const remove = db.prepare('DELETE FROM configuration_files WHERE plugin_version_id = ? AND technical_name = ?');
  const readData = db.prepare('SELECT content FROM data_files WHERE uri = ?').pluck();
  const oneData = db.prepare('SELECT uri AS name, length(content) AS bytes, updated_ts FROM data_files WHERE uri = ?');
  const writeData = db.prepare(`
    INSERT INTO data_files VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET content = excluded.content, updated_ts = excluded.updated_ts`);
  return {
    configuration: (versionId: string, name: string) => read.get(versionId, name) as Buffer | undefined,
    putConfiguration(versionId: string, name: string, content: Buffer, now: number): FileResource {
      write.run(versionId, name, content, now);
      return { technical_name: name, bytes: content.length, updated_ts: now };
    },
    listConfiguration: (versionId: string): FileResource[] =>
      (list.all(versionId) as Row[]).map((row) => toResource(row)),
    configurationFile: (versionId: string, name: string): FileResource | undefined =>
      toResource(one.get(versionId, name) as Row | undefined),
    deleteConfiguration: (versionId: string, name: string): boolean => remove.run(versionId, name).changes === 1,
    data: (uri: string) => readData.get(uri) as Buffer | undefined,
    dataFile: (uri: string): FileResource | undefined => toResource(oneData.get(uri) as Row | undefined),
    putData(uri: string, content: Buffer, now: number): FileResource {
      writeData.run(uri, content, now);
      return { technical_name: uri, bytes: content.length, updated_ts: now };
    },
  };
}

function toResource(row: Row): FileResource;
function toResource(row: Row | undefined): FileResource | undefined;
function toResource(row: Row | undefined): FileResource | undefined {
  return row && { technical_name: row.name, bytes: row.bytes, updated_ts: row.updated_ts };
}
