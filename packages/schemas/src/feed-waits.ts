import { z } from 'zod';

/** What a feed has on disk that is not over, and what keeps it there. */

const countSchema = z.int().nonnegative();

/** What of a feed is not over, in both stages. */
export const feedBacklogSchema = z.object({
  /** Updates the plugin has not dealt with. */
  updates: countSchema,
  /** Lines that are in no delivered batch. */
  lines: countSchema,
  /** Bytes of both on disk. */
  bytes: countSchema,
  /**
   * Seconds until what can be sent has been, at the rate of the last ten seconds. Lines in open groups wait for their
   * batch and do not count. Null while the plugin does not answer, and when nothing was dealt with in that time.
   */
  empty_in_s: z.number().nonnegative().nullable(),
});
export type FeedBacklog = z.infer<typeof feedBacklogSchema>;

/** One thing that a feed waits for. */
export const feedWaitSchema = z.object({
  /**
   * A delay the plugin asked for; the repetition of what failed; calls under way (those that wait for their turn under a
   * throttling too); the plugin, which does not answer; an address of the plugin; the feed being resumed; the plugin's
   * answer to the connection call, which comes before everything else; the repair of damaged data.
   */
  for: z.enum(['delay', 'retry', 'call', 'circuit', 'address', 'resume', 'connection', 'repair']),
  stage: z.enum(['update', 'batch']).optional(),
  /** Since when the plugin has not answered. */
  since_ts: z.int().optional(),
  /** When it is over, or looked at again. */
  until_ts: z.int().optional(),
  /** Updates, or lines, in calls under way. */
  in_flight: countSchema.optional(),
  reason: z.string().optional(),
});
export type FeedWait = z.infer<typeof feedWaitSchema>;
