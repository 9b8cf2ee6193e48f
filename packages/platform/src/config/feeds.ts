import type { FeedResource, FeedStatus, SegmentResource, VersionResource } from '@batchfeed/schemas';
import { isId } from './ids.ts';
import type { ConfigDatabase } from './open-config-database.ts';
import { pageReader } from './page.ts';

interface Row {
  id: number;
  name: string;
  status: FeedStatus;
  segment_id: number;
  datamart_id: string;
  organisation_id: string;
  plugin_id: number;
  plugin_version_id: number;
  version_value: string;
  group_id: string;
  artifact_id: string;
  session_id: number | null;
  created_ts: number;
}

const SOURCE = `(
  SELECT f.id, f.name, f.status, f.segment_id, s.datamart_id, s.organisation_id, v.plugin_id, f.plugin_version_id,
    v.version_id AS version_value, p.group_id, p.artifact_id, f.session_id, f.created_ts
  FROM feeds f
  JOIN audience_segments s ON s.id = f.segment_id
  JOIN plugin_versions v ON v.id = f.plugin_version_id
  JOIN plugins p ON p.id = v.plugin_id
)`;

/** A feed binds a segment, and with it a datamart, to a plugin version. */
export function feeds(db: ConfigDatabase) {
  const insert = db.prepare(`
    INSERT INTO feeds (segment_id, plugin_version_id, name, status, created_ts) VALUES (?, ?, ?, 'INITIAL', ?)`);
  const select = db.prepare(`SELECT * FROM ${SOURCE} WHERE id = ?`);
  const setStatus = db.prepare('UPDATE feeds SET status = ? WHERE id = ?');
  const insertSession = db.prepare('INSERT INTO feed_sessions (feed_id, opened_ts) VALUES (?, ?)');
  const setSession = db.prepare('UPDATE feeds SET status = ?, session_id = ? WHERE id = ?');

  const get = (id: string): FeedResource | undefined => {
    const row = isId(id) ? (select.get(id) as Row | undefined) : undefined;
    return row && toResource(row);
  };
  return {
    get,
    list: pageReader(db, SOURCE, toResource),
    create(segment: SegmentResource, version: VersionResource, name: string, now: number): FeedResource {
      const { lastInsertRowid } = insert.run(segment.id, version.id, name, now);
      return get(String(lastInsertRowid)) as FeedResource;
    },
    setStatus(id: string, status: FeedStatus): FeedResource {
      setStatus.run(status, id);
      return get(id) as FeedResource;
    },
    /** Makes the feed active under a session of its own. */
    openSession: db.transaction((id: string, now: number): FeedResource => {
      setSession.run('ACTIVE', insertSession.run(id, now).lastInsertRowid, id);
      return get(id) as FeedResource;
    }),
  };
}

function toResource({ session_id, ...row }: Row): FeedResource {
  return {
    ...row,
    id: String(row.id),
    segment_id: String(row.segment_id),
    audience_segment_id: String(row.segment_id),
    plugin_id: String(row.plugin_id),
    plugin_version_id: String(row.plugin_version_id),
    version_id: String(row.plugin_version_id),
    ...(session_id === null ? {} : { session_id: String(session_id) }),
  };
}
