/** The schema, step by step. A step that was released never changes; the next change is a step behind it. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE store (id TEXT NOT NULL, lanes INTEGER NOT NULL) STRICT;
  -- A log's lane: who owns it (epoch), where it begins to matter (low_water), and where it ended when that last moved:
  -- what came since is in its segments.
  CREATE TABLE lane (
    id INTEGER PRIMARY KEY, log TEXT NOT NULL, lane INTEGER NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0, low_water INTEGER NOT NULL DEFAULT 0, end INTEGER NOT NULL DEFAULT 0,
    UNIQUE (log, lane)
  ) STRICT;
  -- Consecutive entries of a lane, as many as one write brought. id: lane * 2^40 + position of the first, so that a write touches no
  -- index beside the table. lengths: little-endian uint32 per entry, in UTF-16 units of data.
  CREATE TABLE segment (id INTEGER PRIMARY KEY, count INTEGER NOT NULL, lengths BLOB NOT NULL, data TEXT NOT NULL) STRICT;
  CREATE TABLE state (lane INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (lane, key)) STRICT, WITHOUT ROWID;
  `,
];
