import { z } from 'zod';
import { pageQuerySchema } from './wrappers.ts';

/** What an operator asks when something is not where it should be: explain, the ledger, dead letters, backups. */

const countSchema = z.int().nonnegative();
const timeSchema = z.int().nonnegative();

const ledgerSideSchema = z.object({
  accepted: countSchema,
  /** On disk, behind what is being worked on. */
  waiting: countSchema,
  open: countSchema,
  /** Of the open ones, those that wait for an earlier line of the same user. */
  held: countSchema,
  sealed: countSchema,
  in_flight: countSchema,
  delivered: countSchema,
  dead: countSchema,
  /** Of dead letters that were deleted for their age. */
  expired: countSchema,
  /** Ended without being sent, as the feed was deleted. */
  discarded: countSchema,
  replayed: countSchema,
  attempts: countSchema,
  /** Whether `accepted = waiting + open + sealed + in_flight + delivered + dead + expired + discarded`. */
  balanced: z.boolean(),
});

/** Where every update and line of a feed is, right now. */
export const feedLedgerSchema = z.object({ updates: ledgerSideSchema, lines: ledgerSideSchema });
export type FeedLedger = z.infer<typeof feedLedgerSchema>;

/** What to explain of a feed; exactly one of them. */
export const explainQuerySchema = z
  .object({
    /** A grouping key: what waits in the running session and is over in any, or both in the one of `session_id`. */
    key: z.string().optional(),
    session_id: z.string().optional(),
    /** A batch id: the `Idempotency-Key` the plugin saw. */
    batch: z.string().min(1).optional(),
    /** A line id. */
    line: z.string().min(1).optional(),
    /** A user point id, or one identifier as JSON, as an update of the user names it. */
    user: z.string().min(1).optional(),
  })
  .refine(
    ({ key, batch, line, user }) => [key, batch, line, user].filter((given) => given !== undefined).length === 1,
    'must name exactly one of key, batch, line and user',
  );
export type ExplainFeedQuery = z.infer<typeof explainQuerySchema>;

/** What a sealed batch, or an update, can wait for. */
export const waitKinds = [
  /** Being written to disk. */
  'disk',
  /** `batch`, which has an earlier line of one of its users. */
  'batch',
  /** `batch` of the same grouping key, or update of the same user, which goes first. */
  'earlier_batch_of_key',
  /** A delay the plugin asked for, until `until_ts`. */
  'requested_delay',
  /** The repetition of a failed attempt at `until_ts`. */
  'retry',
  /** A slot: `in_flight` calls of the feed are under way, and no more may be. */
  'slot',
  /** The feed to be resumed. */
  'paused',
  /** Room in the stage behind it. */
  'downstream',
  /** The repair of damaged data: `reason` says of what. */
  'repair',
] as const;

const waitSchema = z.object({
  for: z.enum(waitKinds),
  /** The batch it waits behind. */
  batch: z.string().optional(),
  until_ts: timeSchema.optional(),
  scope: z.string().optional(),
  in_flight: countSchema.optional(),
  reason: z.string().optional(),
});

/** Where one update, group, batch or dead letter is, and what it waits for. */
export const explanationSchema = z.object({
  stage: z.enum(['update', 'batch']),
  /**
   * `waiting`: on disk, behind what is being worked on. `held`: open, but waiting for an earlier line of the same user in
   * an open group of another grouping key.
   */
  state: z.enum(['waiting', 'held', 'open', 'sealed', 'in_flight', 'dead', 'over', 'unknown']),
  session_id: z.string().optional(),
  grouping_key: z.string().optional(),
  batch_id: z.string().optional(),
  lines: countSchema.optional(),
  bytes: countSchema.optional(),
  opened_ts: timeSchema.optional(),
  /** Of what waits: how many of the feed's updates or lines are before it. */
  before: countSchema.optional(),
  /** Of a held line: when it was accepted. */
  accepted_ts: timeSchema.optional(),
  /** Of a held line: the open groups it waits for, with the lines they have so far. */
  held_for: z.array(z.object({ grouping_key: z.string(), lines: countSchema })).optional(),
  /** Of a held line: when it is sealed at the latest; of one that goes by express, at the earliest. */
  held_until_ts: timeSchema.optional(),
  /** Whether it goes, or will go, by an express batch: a small one for users that change all the time. */
  express: z.boolean().optional(),
  /** Sealed by age at that time at the latest. */
  due_ts: timeSchema.optional(),
  seal_reason: z.string().optional(),
  sealed_ts: timeSchema.optional(),
  attempts: countSchema.optional(),
  replay: z.boolean().optional(),
  last_answer: z.object({ reason: z.string(), http_status: z.int().optional() }).optional(),
  waits_for: z.array(waitSchema).optional(),
  /** Of what is over, as long as the history knows: what became of it, and when. */
  outcome: z.enum(['delivered', 'dead', 'split', 'done', 'no_eligible_identifier', 'discarded']).optional(),
  settled_ts: timeSchema.optional(),
  /** Names a dead letter, to replay it. */
  dead_letter_id: z.string().optional(),
});
export type ExplanationResource = z.infer<typeof explanationSchema>;

/** What is known of where something is. */
export const explainAnswerSchema = z.object({
  /** For a user: the name that stands for the user in the log. */
  trace: z.string().optional(),
  found: z.array(explanationSchema),
});
export type ExplainAnswer = z.infer<typeof explainAnswerSchema>;

const deadLetterFilterShape = {
  stage: z.enum(['update', 'batch']).optional(),
  grouping_key: z.string().optional(),
  http_status: z.coerce.number().int().optional(),
  /** A part of the reason, in either case. */
  reason: z.string().optional(),
  /** One of `GET …/dead_letters/groups`. */
  group: z.string().optional(),
  /** Died at this time or later. */
  from_ts: z.coerce.number().int().nonnegative().optional(),
  /** Died before this time. */
  to_ts: z.coerce.number().int().nonnegative().optional(),
};

/** Which dead letters; all of the feed's without any of these. */
export const deadLetterFilterSchema = z.object(deadLetterFilterShape);
export type DeadLetterFilter = z.infer<typeof deadLetterFilterSchema>;

export const deadLetterQuerySchema = pageQuerySchema.extend(deadLetterFilterShape);
export type DeadLetterQuery = z.infer<typeof deadLetterQuerySchema>;

/** Body of `POST …/dead_letters/replay`: the ids, or a filter; nothing replays all. */
export const replayDeadLettersSchema = z.strictObject({
  ids: z.array(z.string()).min(1).max(10_000).optional(),
  ...deadLetterFilterShape,
  /** Send them although later lines of their users were accepted since, whose effect they may undo. Default false. */
  confirm: z.boolean().optional(),
});
export type ReplayDeadLetters = z.infer<typeof replayDeadLettersSchema>;

/** A copy of the data folder, made while the platform runs. */
export const backupSchema = z.object({
  /** Its folder inside `backups` of the data folder. */
  name: z.string(),
  path: z.string(),
  bytes: countSchema,
  created_ts: timeSchema,
});
export type BackupResource = z.infer<typeof backupSchema>;

export const createBackupSchema = z.strictObject({
  /** Letters, digits, dots, dashes; the time by default. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be letters, digits, dots and dashes, 100 at most')
    .optional(),
});

/** One line that came back from a plugin, without its content: what a policy is tried out on. */
export const arrivalSchema = z.object({
  /** Milliseconds since the epoch. */
  ts: z.number().nonnegative(),
  /** Stands for the grouping key: the same for the same key. */
  key: z.string(),
  /** UTF-8 bytes of the line. */
  bytes: z.int().nonnegative(),
  /** Stands for the user the line is about. */
  subject: z.string().optional(),
  /**
   * Of lines that one update made: the same number, from one arrival to the next. They have no order among themselves.
   * Without one a line is an update's only line.
   */
  cause: z.int().nonnegative().optional(),
});
export type Arrival = z.infer<typeof arrivalSchema>;

export const recordArrivalsSchema = z.strictObject({
  /** Arrivals to keep at most, the latest ones. */
  max: z.int().min(0).max(1_000_000).default(100_000),
});
