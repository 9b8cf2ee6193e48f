/**
 * The configuration database, one step after another. A step is never edited once released: a later one changes what it
 * made. Ids are integers inside and strings outside.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE api_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    role TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    created_ts INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE plugins (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    plugin_type TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    group_id TEXT NOT NULL,
    artifact_id TEXT NOT NULL,
    archived INTEGER NOT NULL DEFAULT 0,
    UNIQUE (group_id, artifact_id)
  ) STRICT;

  CREATE TABLE plugin_versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    plugin_id INTEGER NOT NULL REFERENCES plugins,
    version_id TEXT NOT NULL,
    status TEXT NOT NULL,
    base_url TEXT,
    plugin_properties TEXT NOT NULL,
    UNIQUE (plugin_id, version_id)
  ) STRICT;

  CREATE TABLE worker_credentials (
    worker_id TEXT PRIMARY KEY,
    plugin_version_id INTEGER NOT NULL REFERENCES plugin_versions,
    digest BLOB NOT NULL,
    created_ts INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE batching_configurations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    plugin_version_id INTEGER NOT NULL UNIQUE REFERENCES plugin_versions,
    enable_batching INTEGER NOT NULL,
    batch_flush_max_size INTEGER NOT NULL,
    batch_flush_max_bytes INTEGER NOT NULL,
    batch_flush_max_age_ms INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE audience_segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    datamart_id TEXT NOT NULL,
    organisation_id TEXT NOT NULL
  ) STRICT;

  CREATE TABLE feeds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    segment_id INTEGER NOT NULL REFERENCES audience_segments,
    plugin_version_id INTEGER NOT NULL REFERENCES plugin_versions,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    session_id INTEGER,
    created_ts INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE feed_sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    feed_id INTEGER NOT NULL REFERENCES feeds,
    opened_ts INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE feed_properties (
    feed_id INTEGER NOT NULL REFERENCES feeds,
    technical_name TEXT NOT NULL,
    property_type TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (feed_id, technical_name)
  ) STRICT;
  `,
  `
  CREATE TABLE throttlings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    plugin_version_id INTEGER NOT NULL REFERENCES plugin_versions,
    scope TEXT NOT NULL,
    throttling_key TEXT,
    plugin_endpoint TEXT NOT NULL,
    max_qps REAL,
    max_concurrency INTEGER,
    timeout_ms INTEGER
  ) STRICT;
  CREATE INDEX throttlings_of_version ON throttlings (plugin_version_id);
  `,
  `
  -- What happened to a feed in an hour of a session (milliseconds since the epoch); older hours are merged into days.
  CREATE TABLE feed_hours (
    feed_id INTEGER NOT NULL,
    session_id INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    updates_accepted INTEGER NOT NULL DEFAULT 0,
    updates_rejected INTEGER NOT NULL DEFAULT 0,
    updates_processed INTEGER NOT NULL DEFAULT 0,
    updates_no_eligible_identifier INTEGER NOT NULL DEFAULT 0,
    updates_without_identifier_sent INTEGER NOT NULL DEFAULT 0,
    updates_dead INTEGER NOT NULL DEFAULT 0,
    identifiers_processed INTEGER NOT NULL DEFAULT 0,
    identifiers_success INTEGER NOT NULL DEFAULT 0,
    identifiers_rejected INTEGER NOT NULL DEFAULT 0,
    lines_accepted INTEGER NOT NULL DEFAULT 0,
    lines_delivered INTEGER NOT NULL DEFAULT 0,
    lines_dead INTEGER NOT NULL DEFAULT 0,
    batches_sealed INTEGER NOT NULL DEFAULT 0,
    batches_delivered INTEGER NOT NULL DEFAULT 0,
    batches_dead INTEGER NOT NULL DEFAULT 0,
    batch_attempts INTEGER NOT NULL DEFAULT 0,
    items_success INTEGER NOT NULL DEFAULT 0,
    items_error INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (feed_id, session_id, hour)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rejected_identifiers (
    feed_id INTEGER NOT NULL,
    session_id INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    tag TEXT NOT NULL,
    value TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (feed_id, session_id, hour, tag, value)
  ) STRICT, WITHOUT ROWID;
  `,
];
