import { z } from 'zod';
import { idSchema } from '../id.ts';
import { explanationSchema } from '../operations.ts';
import { uploadedIdentifierSchema } from '../update-line.ts';
import { historyGapSchema } from './batches.ts';
import { countSchema, timeSchema } from './values.ts';

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
