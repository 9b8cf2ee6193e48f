import type {
  CreateFeed,
  FeedResource,
  FeedStatus,
  SegmentResource,
  UpdateFeed,
  VersionResource,
} from '@batchfeed/schemas';
import { isId } from './ids.ts';
import { type ConfigDatabase, inTransaction } from './open-config-database.ts';
import { pageReader } from './page.ts';

/** A feed as the database has it. */
export interface FeedRow {
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
  options: string;
  feed_destination_id: number | null;
  track_segment: number;
  max_backlog_bytes: number | null;
}

/** All feeds that are not deleted, with what they are bound to. */
export const FEED_SOURCE = `(
  SELECT f.id, f.name, f.status, f.segment_id, s.datamart_id, s.organisation_id, v.plugin_id, f.plugin_version_id,
    v.version_id AS version_value, p.group_id, p.artifact_id, f.session_id, f.created_ts,
    f.options, f.feed_destination_id, f.track_segment, f.max_backlog_bytes
  FROM feeds f
  JOIN audience_segments s ON s.id = f.segment_id
  JOIN plugin_versions v ON v.id = f.plugin_version_id
  JOIN plugins p ON p.id = v.plugin_id
  WHERE NOT f.deleted
)`;
/** What a deleted feed leaves in other tables. */
const BELONGINGS = ['feed_properties', 'segment_members', 'pending_connections'];

/** A feed binds a segment, and with it a datamart, to a plugin version. */
export function feeds(db: ConfigDatabase) {
  const insert = db.prepare(`
    INSERT INTO feeds
      (segment_id, plugin_version_id, name, status, created_ts, options, feed_destination_id, track_segment,
        max_backlog_bytes)
    VALUES (?, ?, ?, 'INITIAL', ?, ?, ?, ?, ?)`);
  const select = db.prepare(`SELECT * FROM ${FEED_SOURCE} WHERE id = ?`);
  const change = db.prepare('UPDATE feeds SET name = ?, options = ?, max_backlog_bytes = ? WHERE id = ?');
  const ofVersion = db.prepare(`SELECT * FROM ${FEED_SOURCE} WHERE plugin_version_id = ?`);
  const withStatus = db.prepare(`SELECT id FROM ${FEED_SOURCE} WHERE status = ?`).pluck();
  const ids = db.prepare('SELECT id FROM feeds WHERE NOT deleted ORDER BY id').pluck();
  const beginLoad = db
    .prepare('UPDATE feeds SET load_number = load_number + 1, track_segment = 1 WHERE id = ? RETURNING load_number')
    .pluck();
  const loadNumber = db.prepare('SELECT load_number FROM feeds WHERE id = ?').pluck();
  const setDeleted = db.prepare('UPDATE feeds SET deleted = 1 WHERE id = ?');
  const dropBelongings = BELONGINGS.map((table) => db.prepare(`DELETE FROM ${table} WHERE feed_id = ?`));
  const setStatus = db.prepare('UPDATE feeds SET status = ? WHERE id = ?');
  const insertSession = db.prepare('INSERT INTO feed_sessions (feed_id, opened_ts) VALUES (?, ?)');
  const setSession = db.prepare('UPDATE feeds SET status = ?, session_id = ? WHERE id = ?');

  const get = (id: string): FeedResource | undefined => {
    const row = isId(id) ? (select.get(id) as FeedRow | undefined) : undefined;
    return row && toFeedResource(row);
  };
  return {
    get,
    list: pageReader(db, FEED_SOURCE, toFeedResource),
    create(segment: SegmentResource, version: VersionResource, body: CreateFeed, now: number): FeedResource {
      const { lastInsertRowid } = insert.run(
        segment.id,
        version.id,
        body.name ?? segment.name,
        now,
        JSON.stringify(body.options ?? {}),
        body.feed_destination_id ?? null,
        body.track_segment === true ? 1 : 0,
        body.max_backlog_bytes ?? null,
      );
      return get(String(lastInsertRowid)) as FeedResource;
    },
    update(feed: FeedResource, body: UpdateFeed): FeedResource {
      const {
        name = feed.name,
        options = feed.options,
        max_backlog_bytes: limit = feed.max_backlog_bytes ?? null,
      } = body;
      change.run(name, JSON.stringify(options), limit, feed.id);
      return get(feed.id) as FeedResource;
    },
    /** All feeds of a plugin version. */
    ofVersion: (versionId: string): FeedResource[] => (ofVersion.all(versionId) as FeedRow[]).map(toFeedResource),
    withStatus: (status: FeedStatus): string[] => (withStatus.all(status) as number[]).map(String),
    ids: (): string[] => (ids.all() as number[]).map(String),
    /** Counts a whole-segment upload, and remembers members from now on; returns its number. */
    beginLoad: (id: string): number => beginLoad.get(id) as number,
    /** The number of the last whole-segment upload; 0 before the first. */
    loadNumber: (id: string): number => loadNumber.get(id) as number,
    /** Nobody sees the feed any more. */
    remove: inTransaction(db, (id: string): void => {
      for (const drop of dropBelongings) drop.run(id);
      setDeleted.run(id);
    }),
    setStatus(id: string, status: FeedStatus): FeedResource {
      setStatus.run(status, id);
      return get(id) as FeedResource;
    },
    /** Makes the feed active under a session of its own. */
    openSession: inTransaction(db, (id: string, now: number): FeedResource => {
      setSession.run('ACTIVE', insertSession.run(id, now).lastInsertRowid, id);
      return get(id) as FeedResource;
    }),
  };
}

export function toFeedResource(found: FeedRow): FeedResource {
  const { session_id, feed_destination_id, max_backlog_bytes, ...row } = found;
  return {
    ...row,
    options: JSON.parse(row.options) as FeedResource['options'],
    track_segment: row.track_segment === 1,
    ...(max_backlog_bytes === null ? {} : { max_backlog_bytes }),
    ...(feed_destination_id === null ? {} : { feed_destination_id: String(feed_destination_id) }),
    id: String(row.id),
    segment_id: String(row.segment_id),
    audience_segment_id: String(row.segment_id),
    plugin_id: String(row.plugin_id),
    plugin_version_id: String(row.plugin_version_id),
    version_id: String(row.plugin_version_id),
    ...(session_id === null ? {} : { session_id: String(session_id) }),
  };
}
