import { z } from 'zod';
import { explanationSchema, feedLedgerSchema } from './operations.ts';
import {
  batchingConfigurationSchema,
  circuitSchema,
  deadLetterResourceSchema,
  feedResourceSchema,
  feedStatisticsSchema,
  feedStatusSchema,
  sealReasons,
} from './operator.ts';
import { apiTokenRoleSchema } from './operator-access.ts';
import { coverageSchema } from './statistics.ts';
import { uploadedIdentifierSchema } from './update-line.ts';
import { pageQuerySchema } from './wrappers.ts';

/**
 * What the operator API has for people who look: sign-in, the overview of feeds, live events, the history of batches and
 * users, dead letters in groups, the audit, and what a change of a batching configuration would do. One file, longer than
 * others, because a console is built against it as a whole.
 *
 * Times (`…ts`) are milliseconds since the epoch, durations (`…ms`) milliseconds, rates (`…per_s`) of the last second.
 * Contents are JSON text of one line, never parsed by the platform. They are *masked* unless a description says *in clear*:
 * every string and number in them is replaced by `•••`, except short upper-case words such as `UPSERT`; names of fields
 * stay, as long as they do not look personal themselves. In sentences (reasons, excerpts of answers) what looks like an
 * email address, a hash or a long id is replaced.
 */

const idSchema = z.string().regex(/^(0|[1-9][0-9]{0,17})$/, 'must be an id, a string of digits');
const countSchema = z.int().nonnegative();
const timeSchema = z.int().nonnegative();
const msSchema = z.number().nonnegative();
const stageSchema = z.enum(['update', 'batch']);
const sealReasonSchema = z.enum(sealReasons);

/**
 * A rate. Null while it is not known: counting begins when somebody looks (`…/overview` or `/events`), and the first rate
 * is known about a second later.
 */
const rateSchema = z.number().nonnegative().nullable();

/** How often each thing happens by reason of sealing; reasons that did not occur are 0. */
const ratesByReasonSchema = z.object(
  Object.fromEntries(sealReasons.map((reason) => [reason, z.number().nonnegative()])) as Record<
    (typeof sealReasons)[number],
    z.ZodNumber
  >,
);

// ─── Session ────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Body of `POST /v1/session`, which sets the cookie `batchfeed_session` (HttpOnly, SameSite=Strict). From then on the
 * cookie stands for the token in every route of the operator API. With it, every method but GET and HEAD needs the header
 * `x-batchfeed-console: 1` and must come from a page of the same origin; 403 otherwise. A wrong token is answered with 401,
 * too many of them with 429. `GET /v1/session` tells who is signed in (401 when nobody is), `DELETE` signs out.
 */
export const signInSchema = z.strictObject({ token: z.string().min(1).max(1_000) });
export type SignIn = z.infer<typeof signInSchema>;

/** Who is signed in. */
export const consoleSessionSchema = z.object({
  /** Of the API token. Revoking it ends the session. */
  name: z.string(),
  role: apiTokenRoleSchema,
  /**
   * When it ends if nothing is asked until then: two hours after the last request, and at the latest twelve after sign-in.
   * An open event stream and `GET /v1/session` put nothing off.
   */
  expires_ts: timeSchema,
});
export type ConsoleSession = z.infer<typeof consoleSessionSchema>;

// ─── Feeds ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** How a feed fares right now. */
export const feedPulseSchema = z.object({
  /** Updates accepted. */
  updates_per_s: rateSchema,
  /** Lines that came back from the plugin. */
  lines_per_s: rateSchema,
  /** Batches sealed. */
  batches_per_s: rateSchema,
  /** Failed attempts of updates and batches. */
  errors_per_s: rateSchema,
  /** Updates that are not over. */
  backlog_updates: countSchema,
  /** Lines in open groups. */
  open_lines: countSchema,
  /** When the oldest line of an open group was accepted; null when none is open. */
  oldest_open_ts: timeSchema.nullable(),
  /** In dead letters now. */
  dead_updates: countSchema,
  dead_batches: countSchema,
});
export type FeedPulse = z.infer<typeof feedPulseSchema>;

/** Query of `GET /v1/audience_segment_external_feeds/overview`. */
export const feedOverviewQuerySchema = pageQuerySchema.extend({
  /** A part, in either case, of the name of the feed, its segment or its plugin (`artifact_id`), or one of their ids. */
  search: z.string().max(255).optional(),
  status: feedStatusSchema.optional(),
});
export type FeedOverviewQuery = z.infer<typeof feedOverviewQuerySchema>;

/** One feed of `GET /v1/audience_segment_external_feeds/overview`, a list. */
export const feedOverviewSchema = z.object({
  feed: feedResourceSchema,
  plugin: z.object({ id: idSchema, artifact_id: z.string() }),
  version_id: idSchema,
  segment: z.object({ id: idSchema, name: z.string() }),
  circuit: circuitSchema,
  pulse: feedPulseSchema,
});
export type FeedOverview = z.infer<typeof feedOverviewSchema>;

// ─── Batches ────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A time of which the history may lack something although it is younger than the retention: the platform was killed
 * (`crash`), more happened at once than could be written (`overload`), or the history could not be written or read
 * (`failure`). Nothing was lost but the account of it.
 */
export const historyGapSchema = z.object({
  from_ts: timeSchema,
  to_ts: timeSchema,
  reason: z.enum(['crash', 'overload', 'failure']),
});
export type HistoryGap = z.infer<typeof historyGapSchema>;

/**
 * `sealed` until it is sent for the first time, `in_flight` while a call of it is under way, `waiting` between two attempts,
 * then `delivered` or `dead` (`in_flight` again once it is replayed), or `split`: refused, and replaced by its two halves,
 * which are batches of their own under `<batch id>.<first line>-<last line>`.
 */
export const batchStates = ['sealed', 'in_flight', 'waiting', 'delivered', 'dead', 'split'] as const;
export const batchStateSchema = z.enum(batchStates);
export type BatchState = z.infer<typeof batchStateSchema>;

/** A sealed batch, as the history keeps it. */
export const batchSummarySchema = z.object({
  /** The `Idempotency-Key` the plugin sees. */
  batch_id: z.string(),
  session_id: z.string(),
  grouping_key: z.string(),
  lines: countSchema,
  /** UTF-8 bytes of its body. */
  bytes: countSchema,
  seal_reason: sealReasonSchema,
  /** When its oldest line was accepted. */
  opened_ts: timeSchema,
  sealed_ts: timeSchema,
  /** When it was delivered or given up; null before, and where that fell into a gap of the history. */
  settled_ts: timeSchema.nullable(),
  state: batchStateSchema,
  attempts: countSchema,
  /** Of the last answer; null where there was none. */
  http_status: z.int().nullable(),
  /** Why the last attempt failed; null when it did not. */
  reason: z.string().nullable(),
  /** Whether it was sent again from a dead letter. */
  replay: z.boolean(),
});
export type BatchSummary = z.infer<typeof batchSummarySchema>;

/** Query of `GET /v1/audience_segment_external_feeds/:feed_id/batches`. */
export const batchQuerySchema = z.object({
  /** Exactly this one. */
  grouping_key: z.string().optional(),
  seal_reason: sealReasonSchema.optional(),
  state: batchStateSchema.optional(),
  /** The `next` of a page: goes on behind it. */
  before: z.string().max(255).optional(),
  max_results: z.coerce.number().int().min(1).max(1_000).default(50),
});
export type BatchQuery = z.infer<typeof batchQuerySchema>;

/**
 * A page of `GET …/batches`, newest first. With filters that match little it may hold less than was asked for, even
 * nothing, and still have a `next`: so much is looked through for one answer and no more.
 */
export const batchPageSchema = z.object({
  status: z.literal('ok'),
  count: countSchema,
  /** To be sent as `before` for the page that follows; null behind the last. */
  next: z.string().nullable(),
  data: z.array(batchSummarySchema),
  /** What was sealed before this time is not in the history any more, or never was; null: all of the feed is there. */
  incomplete_before_ts: timeSchema.nullable(),
  /** Younger times of which something may be missing. */
  gaps: z.array(historyGapSchema),
});
export type BatchPage = z.infer<typeof batchPageSchema>;

/** One call of a batch. */
export const batchAttemptSchema = z.object({
  /** From 1. */
  attempt: z.int().min(1),
  /** When it ended. */
  ts: timeSchema,
  ms: msSchema,
  outcome: z.enum(['delivered', 'retry', 'rejected']),
  http_status: z.int().nullable(),
  reason: z.string().nullable(),
  /** The beginning of the answer's body, masked; null when it was delivered or nothing came. */
  excerpt: z.string().nullable(),
  /** Milliseconds the plugin asked to be left alone; null when it did not. */
  delay_ms: msSchema.nullable(),
});
export type BatchAttempt = z.infer<typeof batchAttemptSchema>;

/** Which lines of a batch to show: query of `GET …/batches/:batch_id`. The first thousand unless told otherwise. */
export const batchLinesQuerySchema = z.object({
  /** Number of the first one, from 1. */
  first_line: z.coerce.number().int().min(1).default(1),
  max_lines: z.coerce.number().int().min(1).max(10_000).default(1_000),
});
export type BatchLinesQuery = z.infer<typeof batchLinesQuerySchema>;

/** One line of a batch. */
export const batchLineSchema = z.object({
  /** From 1, in the order of the body. */
  number: z.int().min(1),
  /** Stands for the user it is about, as in logs; null when it is about none. */
  trace: z.string().nullable(),
  bytes: countSchema,
  /** JSON text, masked. */
  content: z.string(),
});
export type BatchLine = z.infer<typeof batchLineSchema>;

/** The answer of `GET …/batches/:batch_id`. */
export const batchDetailSchema = batchSummarySchema.extend({
  /** The first attempts and the last ones; `attempts` says how many there were. */
  attempt_list: z.array(batchAttemptSchema),
  /** Whether the contents are there: they are written when it is first sent, and go first when room is needed. */
  lines_kept: z.boolean(),
  /** Those asked for. Empty when `lines_kept` is false. Beside this name, `lines` is the count of all. */
  line_list: z.array(batchLineSchema),
  /** What happened to it and what it waits for, in sentences. */
  explanation: z.array(z.string()),
});
export type BatchDetail = z.infer<typeof batchDetailSchema>;

/** Body of `POST …/batches/:batch_id/reveal`; it may be left out. */
export const revealBatchSchema = z.strictObject({
  first_line: z.int().min(1).default(1),
  max_lines: z.int().min(1).max(10_000).default(1_000),
});
export type RevealBatch = z.input<typeof revealBatchSchema>;

/**
 * The answer of `POST …/batches/:batch_id/reveal` and `POST …/dead_letters/:id/reveal`: contents in clear. It takes the
 * role `operate` and is written to the audit before it is answered.
 */
export const revealedLinesSchema = z.object({
  lines: z.array(z.object({ number: z.int().min(1), content: z.string() })),
});
export type RevealedLines = z.infer<typeof revealedLinesSchema>;

// ─── Find a user point ──────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Body of `POST /v1/user_search` (which changes nothing and takes the role `read`; identifiers have no place in a URL):
 * a user point id, or one identifier as an update names it.
 */
export const userSearchSchema = z.strictObject({
  user: z.union([z.string().min(1).max(1_000), uploadedIdentifierSchema]),
  /** Only this feed; all of them by default. */
  feed_id: idSchema.optional(),
});
export type UserSearch = z.infer<typeof userSearchSchema>;

/** What can happen to a user point, in the usual order. */
export const userEventKinds = [
  'update_accepted',
  'update_answered',
  'update_retried',
  'update_dead',
  'line',
  'batch_sealed',
  'batch_attempt',
  'batch_delivered',
  'batch_dead',
  'batch_split',
  'batch_replayed',
] as const;

/** One thing that happened to a user point. Which of the optional fields are there depends on `kind`. */
export const userEventSchema = z.object({
  ts: timeSchema,
  kind: z.enum(userEventKinds),
  update_id: z.string().optional(),
  batch_id: z.string().optional(),
  grouping_key: z.string().optional(),
  operation: z.enum(['UPSERT', 'DELETE']).optional(),
  /** HTTP status. */
  status: z.int().optional(),
  /** Of sealing or failing, masked. */
  reason: z.string().optional(),
  /** Of `update_answered`: how many lines the plugin made of it. */
  lines: countSchema.optional(),
  /** Of `line`: its number in the batch, from 1. */
  number: z.int().min(1).optional(),
  /** Of an update's answer or a batch's attempt: which one, from 1. */
  attempt: z.int().min(1).optional(),
});
export type UserEvent = z.infer<typeof userEventSchema>;

/** The answer of `POST /v1/user_search`: the feed asked for, or every one that knows something of the user. */
export const userSearchAnswerSchema = z.object({
  feeds: z.array(
    z.object({
      feed_id: idSchema,
      /** The name that stands for the user in this feed's logs and lines. */
      trace: z.string(),
      /** In the order in which they happened. */
      events: z.array(userEventSchema),
      /** Whether there are older events than those here: an answer holds those of the latest thousand updates and batches. */
      more: z.boolean(),
      /** Where the user's updates and lines are that are not over yet, and what they wait for. */
      waiting: z.array(explanationSchema),
      /** What happened before this time is past the retention, or was never written. Null: all is there, but for `gaps`. */
      incomplete_before_ts: timeSchema.nullable(),
    }),
  ),
  /** Times of which something may be missing. */
  gaps: z.array(historyGapSchema),
});
export type UserSearchAnswer = z.infer<typeof userSearchAnswerSchema>;

// ─── Live events ────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * `GET /v1/events`, a stream of server-sent events. Every event has an `id`; the stream names a `retry` of its own, and sends
 * the comment `: ping` every 15 s. It ends when the session does or the token is revoked. A reader that is too slow misses
 * states between, never the last one. At most 64 streams are open at once (503 beyond).
 *
 * Without `feed_id`: event `feeds`, data `FeedsEvent`. With it: events `pulse` (`PulseEvent`) and `batches` (`BatchesEvent`).
 */
export const eventsQuerySchema = z.object({ feed_id: idSchema.optional() });
export type EventsQuery = z.infer<typeof eventsQuerySchema>;

/** Data of `feeds`: at most once a second, the feeds that changed since the last one; all of them at first. */
export const feedsEventSchema = z.array(
  z.object({
    feed_id: idSchema,
    status: feedStatusSchema,
    /** Of its circuit. */
    circuit: circuitSchema.shape.state,
    pulse: feedPulseSchema,
  }),
);
export type FeedsEvent = z.infer<typeof feedsEventSchema>;

/** Data of `pulse`: at most once a second, while anything changes; the present state at first. */
export const pulseEventSchema = z.object({
  ts: timeSchema,
  status: feedStatusSchema,
  circuit: circuitSchema,
  updates_per_s: rateSchema,
  lines_per_s: rateSchema,
  /** Null while not known, as the others. */
  batches_per_s: ratesByReasonSchema.nullable(),
  errors_per_s: rateSchema,
  /** How long calls of `/v1/batch_update` took, of those that ended in the last ten seconds; null when none did. */
  delivery_ms: z.object({ p50: msSchema, p95: msSchema, p99: msSchema }).nullable(),
  items_success_per_s: rateSchema,
  items_error_per_s: rateSchema,
  oldest_open_ts: timeSchema.nullable(),
  /** Of the running session. */
  coverage: coverageSchema,
  ledger: feedLedgerSchema,
  statistics: feedStatisticsSchema,
});
export type PulseEvent = z.infer<typeof pulseEventSchema>;

/** Data of `batches`: at most four times a second, the batches that are new or have changed, in their latest state. */
export const batchesEventSchema = z.object({
  /** 200 at most, the latest ones. */
  batches: z.array(batchSummarySchema),
  /** How many more changed and are not in it. */
  more: countSchema,
});
export type BatchesEvent = z.infer<typeof batchesEventSchema>;

// ─── Dead letters ───────────────────────────────────────────────────────────────────────────────────────────────────

/** One group of `GET …/dead_letters/groups`, a list, largest first: letters that died for the same reason. */
export const deadLetterGroupSchema = z.object({
  /** Names the group: a filter of `GET …/dead_letters`, `…/export` and `POST …/dead_letters/replay`. */
  group: z.string(),
  stage: stageSchema,
  /** Masked, so that reasons that only differ in whom they are about are one. */
  reason: z.string(),
  http_status: z.int().nullable(),
  /** Dead letters. */
  count: countSchema,
  lines: countSchema,
  first_dead_ts: timeSchema,
  last_dead_ts: timeSchema,
});
export type DeadLetterGroup = z.infer<typeof deadLetterGroupSchema>;

/**
 * The answer of `GET …/dead_letters/:id`, which takes the same query as `GET …/batches/:batch_id`, and `…/reveal` the same
 * body.
 */
export const deadLetterDetailSchema = deadLetterResourceSchema.extend({ line_list: z.array(batchLineSchema) });
export type DeadLetterDetail = z.infer<typeof deadLetterDetailSchema>;

// ─── Audit ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What is written down with who did it. */
export const auditActions = [
  'sign_in',
  'sign_out',
  'token_issue',
  'token_revoke',
  'plugin_create',
  'version_create',
  'version_update',
  'worker_credentials_issue',
  'worker_credentials_rotate',
  'worker_credentials_revoke',
  'batching_create',
  'batching_update',
  'batching_delete',
  'throttling_create',
  'throttling_update',
  'throttling_delete',
  'feed_create',
  'feed_update',
  'feed_property',
  'feed_activate',
  'feed_pause',
  'feed_resume',
  'feed_drain',
  'feed_delete',
  'destination_credentials',
  'replay',
  'reveal',
  'export',
  'backup',
] as const;
export const auditActionSchema = z.enum(auditActions);
export type AuditAction = z.infer<typeof auditActionSchema>;

/** Query of `GET /v1/audit`. */
export const auditQuerySchema = pageQuerySchema.extend({
  feed_id: idSchema.optional(),
  action: auditActionSchema.optional(),
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;

/** One entry of `GET /v1/audit`, a list, newest first. The latest 100,000 are kept. */
export const auditEntrySchema = z.object({
  id: idSchema,
  ts: timeSchema,
  /** Of the API token, as it was then. */
  token_name: z.string(),
  role: apiTokenRoleSchema,
  action: auditActionSchema,
  feed_id: idSchema.nullable(),
  /** What it was done to: the id of a batch, dead letter, plugin version, token …; null when that is the feed itself. */
  target: z.string().nullable(),
  /** How many, where that can differ: dead letters replayed, lines revealed. */
  count: countSchema.nullable(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

// ─── Plugin check ───────────────────────────────────────────────────────────────────────────────────────────────────

/** Body of `POST /v1/plugins/check`: asks a plugin whether it is there, before it is registered. Role `admin`. */
export const checkPluginSchema = z.strictObject({ base_url: z.url({ protocol: /^https?$/ }).max(2_048) });
export type CheckPlugin = z.infer<typeof checkPluginSchema>;

/** What came of asking `/v1/status`, and `/v1/metadata` where there is one. */
export const pluginCheckSchema = z.object({
  /** Whether anything answered over HTTP. */
  reachable: z.boolean(),
  /** Of `/v1/status`: 200 ready, 503 not initialised. */
  status: z.int().nullable(),
  /** Until that answer. */
  ms: msSchema,
  /** What `/v1/metadata` answered, when that was a JSON object of at most 16 KiB. */
  metadata: z.record(z.string(), z.unknown()).nullable(),
  /** What is wrong and what to do, in a sentence; null when it is ready. */
  problem: z.string().nullable(),
});
export type PluginCheck = z.infer<typeof pluginCheckSchema>;

// ─── Policy ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The limits of a batching configuration, whatever version they are for. */
export const batchingPolicySchema = batchingConfigurationSchema.omit({ plugin_version_id: true });
export type BatchingPolicy = z.infer<typeof batchingPolicySchema>;

/**
 * The answer of `POST /v1/plugins/:plugin_id/versions/:version_id/batching_configurations/effect`, whose body is a
 * `BatchingPolicy`: what is open would be sealed at once, were it the configuration. Deleting a configuration does what
 * `enable_batching: false` does. Changes nothing; role `read`. Feeds without open lines are left out.
 */
export const batchingEffectSchema = z.object({
  feeds: z.array(
    z.object({
      feed_id: idSchema,
      name: z.string(),
      open_groups: countSchema,
      open_lines: countSchema,
      /** Of those, what the new limits cut at once. */
      seal_now_groups: countSchema,
      seal_now_lines: countSchema,
    }),
  ),
});
export type BatchingEffect = z.infer<typeof batchingEffectSchema>;

/**
 * Body of `POST /v1/plugins/:plugin_id/versions/:version_id/policy_preview`: tries limits on the lines a feed of the version
 * got of late. Changes nothing; role `read`.
 */
export const policyPreviewQuerySchema = z.strictObject({ feed_id: idSchema, policy: batchingPolicySchema });
export type PolicyPreviewQuery = z.infer<typeof policyPreviewQuerySchema>;

/** What a policy makes of arrivals. */
export const policyReportSchema = z.object({
  lines: countSchema,
  keys: countSchema,
  batches: countSchema,
  /** Of the time between the first and the last arrival; null when that is under a second. */
  batches_per_hour: z.number().nonnegative().nullable(),
  by_reason: z.partialRecord(sealReasonSchema, countSchema),
  /** Mean of the lines in a batch, of those the policy allows. */
  fill: z.number().nonnegative(),
  lines_per_batch: z.number().nonnegative(),
  /** From a line's arrival to the sealing of its batch. */
  latency_ms: z.object({ p50: msSchema, p95: msSchema, p99: msSchema, max: msSchema }),
  /** Lines too large for any batch. */
  refused: countSchema,
});
export type PolicyReport = z.infer<typeof policyReportSchema>;

/** The answer of `…/policy_preview`. */
export const policyPreviewSchema = z.object({
  /** Lines it was tried on, the latest ones of the feed since the platform started; without any, both reports are of nothing. */
  arrivals: countSchema,
  /** Of the first and the last of them. */
  from_ts: timeSchema.nullable(),
  to_ts: timeSchema.nullable(),
  /** Under the configuration in force, or every line alone where there is none. */
  before: policyReportSchema,
  after: policyReportSchema,
  /** About `after`, in sentences. */
  warnings: z.array(z.string()),
});
export type PolicyPreview = z.infer<typeof policyPreviewSchema>;
