/**
 * The schema version up to which a lane was one row of entries without queues. Such files are
 * refused.
 */
export const OLDER_VERSION = 1;

/**
 * The schema, step by step; the first step makes version `OLDER_VERSION + 1`. A step that was
 * released never changes; the next change is a step behind it.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE store (id TEXT NOT NULL, lanes INTEGER NOT NULL) STRICT;
  -- tail: the first segment that is known by its head alone. Older ones are in "shelf" and their
  -- pieces in "piece". stored, live: sums of the lane's rows in "shelf".
  CREATE TABLE lane (
    number INTEGER PRIMARY KEY, tail INTEGER NOT NULL,
    stored INTEGER NOT NULL DEFAULT 0, live INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  -- Each taking of a lane, with its batch token.
  CREATE TABLE owner (id INTEGER PRIMARY KEY AUTOINCREMENT, lane INTEGER NOT NULL, token TEXT NOT NULL) STRICT;
  -- name: as a JSON string. first: everything below is over. end, bytes: entries and UTF-8 bytes
  -- ever appended, as of the last time the row was written; the tail's pieces from "end" on come on
  -- top. removed: 1 while its rows elsewhere are still being deleted. An id is never used again:
  -- segments may name a queue that is no more.
  CREATE TABLE queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT, lane INTEGER NOT NULL, name TEXT NOT NULL,
    first INTEGER NOT NULL DEFAULT 0, end INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
    removed INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX queue_lane ON queue (lane);
  -- Entries above a queue's "first" that are over, from "start" to below "stop"; ranges are
  -- disjoint and do not touch.
  CREATE TABLE over (
    queue INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, PRIMARY KEY (queue, start)
  ) STRICT, WITHOUT ROWID;
  -- Entries of several queues, as they came. id: lane * 2^40 + n, where n counts from 1 in the
  -- order of arrival and from 2^39 for segments that compaction wrote. Segments of compaction are
  -- always in "shelf".
  CREATE TABLE segment (id INTEGER PRIMARY KEY, head BLOB NOT NULL, data BLOB NOT NULL) STRICT;
  -- Where the entries of a queue are that are behind the tail. place: which piece of the segment.
  -- live: entries not over, when last counted.
  CREATE TABLE piece (
    queue INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, live INTEGER NOT NULL, bytes INTEGER NOT NULL,
    segment INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (queue, first)
  ) STRICT, WITHOUT ROWID;
  -- Segments behind the tail. pieces: their rows in "piece". bytes: all of its data. live: the
  -- share that lives.
  CREATE TABLE shelf (
    segment INTEGER PRIMARY KEY, pieces INTEGER NOT NULL, bytes INTEGER NOT NULL, live INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE state (lane INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (lane, key)) STRICT, WITHOUT ROWID;
  `,
];
