import { z } from 'zod';
import { countSchema, msSchema, sealReasonSchema, timeSchema } from './values.ts';

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
