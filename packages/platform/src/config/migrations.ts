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
  `
  ALTER TABLE api_tokens ADD COLUMN name TEXT NOT NULL DEFAULT 'first';

  CREATE TABLE feed_destinations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    -- Scheme and credentials, sealed; see vault.ts.
    credentials BLOB,
    created_ts INTEGER NOT NULL
  ) STRICT;

  ALTER TABLE feeds ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE feeds ADD COLUMN feed_destination_id INTEGER REFERENCES feed_destinations;
  ALTER TABLE feeds ADD COLUMN track_segment INTEGER NOT NULL DEFAULT 0;
  -- Counts whole-segment uploads; members carry the number of the last one that had them.
  ALTER TABLE feeds ADD COLUMN load_number INTEGER NOT NULL DEFAULT 0;
  -- Deleted feeds keep their row, so that what they held has an owner while it goes.
  ALTER TABLE feeds ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
  -- The value of a secret property, sealed; its plain column is then '{}'.
  ALTER TABLE feed_properties ADD COLUMN sealed BLOB;

  CREATE TABLE segment_members (
    feed_id INTEGER NOT NULL,
    user_key TEXT NOT NULL,
    identifiers TEXT NOT NULL,
    -- Of the identifiers and profiles that were last accepted; null while that is not certain.
    hash BLOB,
    load_number INTEGER NOT NULL,
    PRIMARY KEY (feed_id, user_key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    feed_id INTEGER NOT NULL,
    idempotency_key TEXT NOT NULL,
    mode TEXT NOT NULL,
    -- RUNNING, CUT or DONE.
    state TEXT NOT NULL,
    -- Parts accepted by earlier runs, and what the feed's counter of parts stood at when this run began.
    parts INTEGER NOT NULL DEFAULT 0,
    parts_before INTEGER NOT NULL DEFAULT 0,
    -- A digest of the first so many parts, to tell a repeat from another content.
    digest_parts INTEGER NOT NULL DEFAULT 0,
    digest BLOB,
    report TEXT,
    touched_ts INTEGER NOT NULL,
    UNIQUE (feed_id, idempotency_key)
  ) STRICT;

  CREATE TABLE configuration_files (
    plugin_version_id INTEGER NOT NULL REFERENCES plugin_versions,
    technical_name TEXT NOT NULL,
    content BLOB NOT NULL,
    updated_ts INTEGER NOT NULL,
    PRIMARY KEY (plugin_version_id, technical_name)
  ) STRICT;

  CREATE TABLE data_files (
    uri TEXT PRIMARY KEY,
    content BLOB NOT NULL,
    updated_ts INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE realm_selections (
    datamart_id TEXT PRIMARY KEY,
    selections TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- Who did what. Names and ids as they were then; nothing refers to what may be gone.
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ts INTEGER NOT NULL,
    token_name TEXT NOT NULL,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    feed_id TEXT,
    target TEXT,
    count INTEGER
  ) STRICT;
  CREATE INDEX audit_of_feed ON audit (feed_id, id);
  `,
  `
  -- Throttlings of routes that are not called for feeds were taken, and did nothing.
  DELETE FROM throttlings WHERE plugin_endpoint NOT IN
    ('/v1/user_segment_update', '/v1/batch_update', '/v1/external_segment_creation', '/v1/external_segment_connection');
  `,
  `
  -- Tags are what plugins write, and are kept without what looks personal in them.
  ALTER TABLE rejected_identifiers RENAME TO unmasked_identifiers;
  CREATE TABLE rejected_identifiers (
    feed_id INTEGER NOT NULL,
    session_id INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    tag TEXT NOT NULL,
    value TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (feed_id, session_id, hour, tag, value)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO rejected_identifiers
    SELECT feed_id, session_id, hour, mask_text(tag), mask_text(value), sum(count) FROM unmasked_identifiers
    GROUP BY 1, 2, 3, 4, 5;
  DROP TABLE unmasked_identifiers;
  `,
  `
  ALTER TABLE batching_configurations ADD COLUMN ordering TEXT NOT NULL DEFAULT 'USER';
  -- Bytes; null where the platform's setting is in force.
  ALTER TABLE feeds ADD COLUMN max_backlog_bytes INTEGER;
  `,
  `
  -- How far uploads came stands with the updates they made.
  DROP TABLE uploads;

  -- Feeds that were resumed while their plugin did not answer: its connection call is still to be made.
  CREATE TABLE pending_connections (
    feed_id INTEGER PRIMARY KEY REFERENCES feeds,
    since_ts INTEGER NOT NULL
  ) STRICT;
  `,
];
