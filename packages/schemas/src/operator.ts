import { z } from 'zod';
import { feedBacklogSchema, feedWaitSchema } from './feed-waits.ts';
import { idSchema } from './id.ts';

/**
 * What an operator sends to and reads from the platform's API: plugins, versions, batching configurations,
 * throttlings, segments, feeds, their properties, worker credentials and statistics.
 * Bodies are strict, so that a misspelt field is refused by name instead of being ignored. Ids are strings.
 * One file, long as it is: the tables of the protocol stand together, and most of it is descriptions.
 */

const nameSchema = z.string().min(1).max(255);

/** The plugin types the platform knows; only the external feed is driven by it. */
export const pluginTypes = [
  'ACTIVITY_ANALYZER',
  'ATTRIBUTION_PROCESSOR',
  'AUDIENCE_SEGMENT_EXTERNAL_FEED',
  'AUDIENCE_SEGMENT_TAG_FEED',
  'COMPUTED_FIELD_FUNCTION',
  'DISPLAY_AD_RENDERER',
  'EMAIL_ROUTER',
  'EMAIL_TEMPLATE_RENDERER',
  'ML_FUNCTION',
  'SCENARIO_CUSTOM_ACTION',
] as const;
export const pluginTypeSchema = z.enum(pluginTypes);
export type PluginType = z.infer<typeof pluginTypeSchema>;

/** Body of `POST /v1/plugins`. `group_id` and `artifact_id` together name the plugin. */
export const createPluginSchema = z.strictObject({
  plugin_type: pluginTypeSchema,
  organisation_id: idSchema,
  group_id: nameSchema,
  artifact_id: nameSchema,
});
export type CreatePlugin = z.infer<typeof createPluginSchema>;

export const pluginResourceSchema = createPluginSchema.extend({
  id: idSchema,
  /** The newest active version, or the newest of all while none is active. */
  current_version_id: idSchema.optional(),
  archived: z.boolean(),
});
export type PluginResource = z.infer<typeof pluginResourceSchema>;

/** Where a property comes from: fixed by the plugin, set by it as a default, or set on one feed. */
export const propertyOriginSchema = z.enum(['PLUGIN_STATIC', 'PLUGIN', 'INSTANCE']);

/** Body of `PUT …/properties/technical_name=:name`. The shape of `value` depends on the type, mostly `{ value: … }`. */
export const putPropertySchema = z.strictObject({
  property_type: z.string().regex(/^[A-Z][A-Z_]{0,63}$/, 'must be a property type such as STRING'),
  value: z.record(z.string(), z.unknown()),
});
export type PutProperty = z.infer<typeof putPropertySchema>;

/** A property as a plugin version declares it. */
export const propertyDefinitionSchema = putPropertySchema.extend({
  technical_name: nameSchema,
  origin: propertyOriginSchema.default('PLUGIN'),
  writable: z.boolean().default(true),
  deletable: z.boolean().default(false),
});
export type PropertyDefinition = z.infer<typeof propertyDefinitionSchema>;

export const versionStatusSchema = z.enum(['DRAFT', 'ACTIVE', 'ARCHIVED']);
export type VersionStatus = z.infer<typeof versionStatusSchema>;

/** Where the plugin listens. Credentials, query and fragment have no place there. */
const baseUrlSchema = z.url({ protocol: /^https?$/ }).max(2_048);

/** Body of `POST /v1/plugins/:plugin_id/versions`. */
export const createVersionSchema = z.strictObject({
  version_id: z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]{1,64})?$/, 'must look like 1.0.0 or 1.2.0-rc1'),
  base_url: baseUrlSchema.optional(),
  plugin_properties: z.array(propertyDefinitionSchema).max(1_000).default([]),
});
export type CreateVersion = z.infer<typeof createVersionSchema>;

/** Body of `PUT /v1/plugins/:plugin_id/versions/:version_id`. A status only moves on: DRAFT, ACTIVE, ARCHIVED. */
export const updateVersionSchema = z
  .strictObject({
    base_url: baseUrlSchema.optional(),
    status: versionStatusSchema.optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'must change base_url or status');
export type UpdateVersion = z.infer<typeof updateVersionSchema>;

export const versionResourceSchema = createVersionSchema.extend({
  id: idSchema,
  plugin_id: idSchema,
  status: versionStatusSchema,
});
export type VersionResource = z.infer<typeof versionResourceSchema>;

/** Across what the lines of a user keep their order. */
export const orderings = ['USER', 'GROUPING_KEY'] as const;
export const orderingSchema = z.enum(orderings, {
  error: 'must be USER (across grouping keys, the default) or GROUPING_KEY (within a grouping key only)',
});
export type Ordering = z.infer<typeof orderingSchema>;

/** Limits and defaults of a batching configuration. */
export const batchingLimits = {
  maxSize: 100_000,
  minBytes: 1_024,
  /** The largest body plugins built on the official SDK accept. */
  maxBytes: 12_000_000,
  defaultBytes: 8 * 1024 * 1024,
  maxAgeMs: 7 * 24 * 60 * 60 * 1_000,
  defaultAgeMs: 60_000,
} as const;

/** Body of `POST` and `PUT …/batching_configurations`. */
export const batchingConfigurationSchema = z.strictObject({
  plugin_version_id: z.string().min(1),
  /** When false every line is delivered at once, alone, in order. */
  enable_batching: z.boolean(),
  /** Lines in a batch at most. */
  batch_flush_max_size: z.int().min(1).max(batchingLimits.maxSize),
  /** UTF-8 bytes of a batch's whole body at most. */
  batch_flush_max_bytes: z
    .int()
    .min(batchingLimits.minBytes)
    .max(batchingLimits.maxBytes)
    .default(batchingLimits.defaultBytes),
  /** Milliseconds a line waits at most for its batch to be sealed. */
  batch_flush_max_age_ms: z.int().min(1).max(batchingLimits.maxAgeMs).default(batchingLimits.defaultAgeMs),
  /**
   * Extension. USER (default): a line never reaches the plugin before an earlier update's line of the same user, under
   * whatever grouping key; it waits where it would. GROUPING_KEY: only lines of one key keep their order, and none waits.
   */
  ordering: orderingSchema.default('USER'),
});
export type BatchingConfiguration = z.infer<typeof batchingConfigurationSchema>;

export const batchingConfigurationResourceSchema = batchingConfigurationSchema.extend({ id: idSchema });
export type BatchingConfigurationResource = z.infer<typeof batchingConfigurationResourceSchema>;

export const throttlingScopeSchema = z.enum(['GLOBAL', 'CONTAINER', 'ORGANISATION', 'DATAMART']);
export type ThrottlingScope = z.infer<typeof throttlingScopeSchema>;

/** The routes of a plugin whose calls can be limited: all that are made for a feed. */
export const throttledEndpoints = [
  '/v1/user_segment_update',
  '/v1/batch_update',
  '/v1/external_segment_creation',
  '/v1/external_segment_connection',
] as const;

/** Body of `POST` and `PUT …/throttlings`. */
export const throttlingSchema = z
  .strictObject({
    scope: throttlingScopeSchema,
    /** The organisation or datamart it is for; without one, each gets its own allowance. */
    throttling_key: idSchema.optional(),
    plugin_endpoint: z.enum(throttledEndpoints),
    /** Calls a second; 0.5 is a call every two seconds. */
    max_qps: z.number().positive().max(1_000_000).optional(),
    /** Calls under way at once. */
    max_concurrency: z.int().min(1).max(10_000).optional(),
    /** Milliseconds a call may take. */
    timeout_ms: z.int().min(1).max(3_600_000).optional(),
  })
  .refine(
    (body) => body.max_qps !== undefined || body.max_concurrency !== undefined || body.timeout_ms !== undefined,
    'must set at least one of max_qps, max_concurrency and timeout_ms',
  )
  .refine(
    (body) => body.throttling_key === undefined || body.scope === 'ORGANISATION' || body.scope === 'DATAMART',
    'throttling_key goes with the scopes ORGANISATION and DATAMART only',
  );
export type Throttling = z.infer<typeof throttlingSchema>;

export const throttlingResourceSchema = throttlingSchema.safeExtend({ id: idSchema, plugin_version_id: idSchema });
export type ThrottlingResource = z.infer<typeof throttlingResourceSchema>;

/** The answer of `POST …/worker_credentials`: the only time the token is shown. */
export const workerCredentialsSchema = z.object({ worker_id: z.string(), authentication_token: z.string() });
export type WorkerCredentials = z.infer<typeof workerCredentialsSchema>;

export const workerCredentialsResourceSchema = z.object({
  worker_id: z.string(),
  plugin_version_id: idSchema,
  /** Milliseconds since the epoch. */
  created_ts: z.int(),
});
export type WorkerCredentialsResource = z.infer<typeof workerCredentialsResourceSchema>;

/** Body of `POST /v1/audience_segments`. */
export const createSegmentSchema = z.strictObject({
  name: nameSchema,
  datamart_id: idSchema,
  organisation_id: idSchema,
});
export type CreateSegment = z.infer<typeof createSegmentSchema>;

export const segmentResourceSchema = createSegmentSchema.extend({ id: idSchema });
export type SegmentResource = z.infer<typeof segmentResourceSchema>;

/** How the engine treats one feed, where that differs from the platform's own settings. */
export const feedOptionsSchema = z.strictObject({
  /** Whether a batch the plugin refuses is halved until the bad lines are found. Default false. */
  bisect: z.boolean().optional(),
  /** Failed attempts after which an update or a batch is given up. Default: the platform's, 10. */
  max_attempts: z.int().min(1).max(1_000).optional(),
});
export type FeedOptions = z.infer<typeof feedOptionsSchema>;

/** Limits of a feed's backlog, in bytes. */
export const backlogLimits = { minBytes: 1_048_576, maxBytes: 1_099_511_627_776 } as const;

/** Bytes of updates and lines that a feed may have waiting, both stages together. */
const backlogBytesSchema = z
  .int()
  .min(backlogLimits.minBytes, 'must be at least 1048576 bytes (1 MiB): one line, and the envelope round it, must fit')
  .max(backlogLimits.maxBytes, 'must be at most 1099511627776 bytes (1 TiB)');

/** Body of `POST /v1/audience_segment_external_feeds`. `plugin_version_id` is the version's id or its `version_id`. */
export const createFeedSchema = z.strictObject({
  segment_id: idSchema,
  plugin_id: idSchema,
  plugin_version_id: z.string().min(1),
  name: nameSchema.optional(),
  feed_destination_id: idSchema.optional(),
  options: feedOptionsSchema.optional(),
  /** Above it uploads are refused until some of the backlog is gone. Default: the platform's setting. */
  max_backlog_bytes: backlogBytesSchema.optional(),
  /** Whether the platform remembers who is in the segment from the first update on. See `mode=full`. Default false. */
  track_segment: z.boolean().optional(),
});
export type CreateFeed = z.infer<typeof createFeedSchema>;

/** Body of `PUT /v1/audience_segment_external_feeds/:id`; what is not named stays. */
export const updateFeedSchema = z
  .strictObject({
    name: nameSchema.optional(),
    options: feedOptionsSchema.optional(),
    /** Null: the platform's setting. */
    max_backlog_bytes: backlogBytesSchema.nullable().optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'must change name, options or max_backlog_bytes');
export type UpdateFeed = z.infer<typeof updateFeedSchema>;

/**
 * INITIAL waits for activation; PUBLISHED has its external segment but no connection to it yet; ACTIVE takes updates;
 * PAUSED keeps what it has and sends nothing. INITIAL_LOADING and LIVE tell a feed being filled from one kept in sync.
 * DRAINING and DISCARDING are deleted, and gone as soon as what they hold is delivered or thrown away.
 */
export const feedStatusSchema = z.enum([
  'INITIAL',
  'PUBLISHED',
  'ACTIVE',
  'INITIAL_LOADING',
  'LIVE',
  'PAUSED',
  'DRAINING',
  'DISCARDING',
]);
export type FeedStatus = z.infer<typeof feedStatusSchema>;

/** Whether calls of a feed's plugin are made (CLOSED), wait for it to come back (OPEN), or one of them tries (HALF_OPEN). */
export const circuitSchema = z.object({
  state: z.enum(['CLOSED', 'OPEN', 'HALF_OPEN']),
  /** When it left CLOSED. */
  since_ts: z.int().optional(),
  reason: z.string().optional(),
  next_probe_ts: z.int().optional(),
});
export type CircuitResource = z.infer<typeof circuitSchema>;

/** What a deleted feed still holds, and what keeps it from being gone. */
export const feedLeavingSchema = z.object({
  /** Updates that are not over. */
  updates: z.int().nonnegative(),
  /** Lines that are not over. */
  lines: z.int().nonnegative(),
  waits_for: z.array(feedWaitSchema),
});
export type FeedLeaving = z.infer<typeof feedLeavingSchema>;

export const feedResourceSchema = z.object({
  id: idSchema,
  name: z.string(),
  status: feedStatusSchema,
  segment_id: idSchema,
  /** The same segment under the name the plugins know it by. */
  audience_segment_id: idSchema,
  datamart_id: idSchema,
  organisation_id: idSchema,
  plugin_id: idSchema,
  plugin_version_id: idSchema,
  version_id: idSchema,
  /** Like `1.0.0`. */
  version_value: z.string(),
  group_id: z.string(),
  artifact_id: z.string(),
  /** Absent until the first activation; every activation opens a new one. */
  session_id: idSchema.optional(),
  created_ts: z.int(),
  feed_destination_id: idSchema.optional(),
  options: feedOptionsSchema,
  /** Absent where the platform's setting is in force. */
  max_backlog_bytes: backlogBytesSchema.optional(),
  /** Whether the platform remembers who is in the segment; the first whole-segment upload turns it on. */
  track_segment: z.boolean(),
  /** In answers of the operator API. */
  circuit: circuitSchema.optional(),
  /** In answers of the operator API. */
  backlog: feedBacklogSchema.optional(),
  /** Of a feed whose data on disk are damaged: what is wrong. Nothing of it is sent until that is mended. */
  damage: z.string().optional(),
  /** What keeps a feed that was activated or resumed from sending: absent when nothing does. */
  waits_for: z.array(feedWaitSchema).optional(),
  /** Of a deleted feed only (DRAINING, DISCARDING), in answers of the operator API. */
  leaving: feedLeavingSchema.optional(),
});
export type FeedResource = z.infer<typeof feedResourceSchema>;

/** What an upload of a whole segment (`mode=full`) came to. */
export const wholeSegmentReportSchema = z.object({
  /** Members that are new or have changed, and were accepted as UPSERT. */
  upserts: z.int().nonnegative(),
  /** Members that are gone, and were accepted as DELETE. */
  deletes: z.int().nonnegative(),
  unchanged: z.int().nonnegative(),
  /** Members that were not in it, but are not deleted either because lines of it were rejected. */
  deletes_withheld: z.int().nonnegative(),
  /** Members the platform knew before. Of what it does not know it deletes nothing. */
  known_before: z.int().nonnegative(),
});
export type WholeSegmentReport = z.infer<typeof wholeSegmentReportSchema>;

/** The answer of an upload of updates, given once everything accepted is on disk. */
export const ingestReportSchema = z.object({
  accepted: z.int().nonnegative(),
  rejected: z.int().nonnegative(),
  /** The first 1,000 rejected lines: number from 1, path of the field (empty for the whole line), and what is wrong. */
  rejections: z.array(z.object({ line: z.int().min(1), path: z.string(), message: z.string() })),
  /** With `mode=full` only. */
  whole_segment: wholeSegmentReportSchema.optional(),
});
export type IngestReport = z.infer<typeof ingestReportSchema>;

const countSchema = z.int().nonnegative();

/** Why batches were sealed, as counted in the statistics. */
export const sealReasons = ['lines', 'bytes', 'age', 'order', 'express', 'drain', 'budget', 'reconfigured'] as const;
const byReason = <Value extends z.ZodType>(value: Value) =>
  z.object({
    lines: value,
    bytes: value,
    age: value,
    order: value,
    express: value,
    drain: value,
    budget: value,
    reconfigured: value,
  } satisfies Record<(typeof sealReasons)[number], Value>);

/** Lines of sealed batches divided by the lines those batches could have had; null where none was sealed. */
const fillSchema = z.number().nonnegative().nullable();

/**
 * What became of everything a feed accepted. At any moment
 * `updates.accepted = waiting + open + in_flight + processed + no_eligible_identifier + dead + expired + discarded` and
 * `lines.accepted = waiting + open + sealed + in_flight + delivered + dead + expired + discarded`.
 */
export const feedStatisticsSchema = z.object({
  updates: z.object({
    accepted: countSchema,
    /** On disk, behind those that are next. */
    waiting: countSchema,
    open: countSchema,
    in_flight: countSchema,
    processed: countSchema,
    no_eligible_identifier: countSchema,
    dead: countSchema,
    /** Of dead letters that were deleted for their age. */
    expired: countSchema,
    /** Ended without being sent, as the feed was deleted. */
    discarded: countSchema,
  }),
  lines: z.object({
    accepted: countSchema,
    /** On disk, behind those that are being grouped. */
    waiting: countSchema,
    open: countSchema,
    /** Of the open ones, those that wait for an earlier line of the same user. */
    held: countSchema,
    sealed: countSchema,
    in_flight: countSchema,
    delivered: countSchema,
    dead: countSchema,
    expired: countSchema,
    discarded: countSchema,
  }),
  batches: z.object({
    sealed: countSchema,
    by_reason: byReason(countSchema),
    /** How full sealed batches were, by lines. */
    fill: z.object({ all: fillSchema, by_reason: byReason(fillSchema) }),
    delivered: countSchema,
    dead: countSchema,
    expired: countSchema,
    attempts: countSchema,
  }),
  /** The sums of `sent_items_in_success` and `sent_items_in_error` over all delivered batches. */
  items: z.object({ success: countSchema, error: countSchema }),
  /** How the calls of its plugin stand, what waits, and what for; in answers of the operator API. */
  circuit: circuitSchema.optional(),
  backlog: feedBacklogSchema.optional(),
  waits_for: z.array(feedWaitSchema).optional(),
});
export type FeedStatistics = z.infer<typeof feedStatisticsSchema>;

/** An update or a batch of lines the plugin refused for good, kept to be looked at and replayed. */
export const deadLetterResourceSchema = z.object({
  /** Names the dead letter, to replay it. */
  id: z.string(),
  stage: z.enum(['update', 'batch']),
  /** The id it was sent under, and is again when replayed: the `Idempotency-Key` of a batch. */
  batch_id: z.string(),
  grouping_key: z.string().optional(),
  lines: countSchema,
  reason: z.string(),
  /** The HTTP status of the last answer, where there was one. */
  http_status: z.int().optional(),
  /** The beginning of the last answer's body. */
  excerpt: z.string().optional(),
  attempts: countSchema,
  dead_ts: z.int(),
});
export type DeadLetterResource = z.infer<typeof deadLetterResourceSchema>;
