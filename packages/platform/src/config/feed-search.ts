import type { FeedOverviewQuery, FeedResource } from '@batchfeed/schemas';
import { FEED_SOURCE, type FeedRow, toFeedResource } from './feeds.ts';
import type { ConfigDatabase } from './open-config-database.ts';
import { type Page, pageReader } from './page.ts';

export interface FoundFeed {
  readonly feed: FeedResource;
  readonly segmentName: string;
}

const SOURCE = `(
  SELECT f.*, s.name AS segment_name FROM ${FEED_SOURCE} f JOIN audience_segments s ON s.id = f.segment_id
)`;
const TEXTS = ['name', 'segment_name', 'artifact_id'].map((column) => `instr(fold(${column}), ?) > 0`);
const IDS = ['id', 'segment_id', 'plugin_id'].map((column) => `CAST(${column} AS TEXT) = ?`);
const WHERE = `(? IS NULL OR status = ?) AND (${[...TEXTS, ...IDS].join(' OR ')})`;

/** Feeds by a part of a name, an id and a status, in the order of their ids. */
export function feedSearch(db: ConfigDatabase) {
  // SQLite's own `lower` knows the letters of English alone.
  db.function('fold', { deterministic: true }, (text) => String(text).toLowerCase());
  const read = pageReader(
    db,
    SOURCE,
    ({ segment_name: segmentName, ...row }: FeedRow & { segment_name: string }): FoundFeed => ({
      feed: toFeedResource(row),
      segmentName,
    }),
    WHERE,
  );
  return ({ search = '', status, ...page }: FeedOverviewQuery): Page<FoundFeed> => {
    const texts = TEXTS.map(() => search.toLowerCase());
    const ids = IDS.map(() => search);
    return read(page, status ?? null, status ?? null, ...texts, ...ids);
  };
}
