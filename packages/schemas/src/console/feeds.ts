import { z } from 'zod';
import { feedBacklogSchema } from '../feed-waits.ts';
import { idSchema } from '../id.ts';
import { circuitSchema, feedResourceSchema, feedStatusSchema } from '../operator.ts';
import { pageQuerySchema } from '../wrappers.ts';
import { countSchema, rateSchema, timeSchema } from './values.ts';

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
  backlog: feedBacklogSchema,
  pulse: feedPulseSchema,
});
export type FeedOverview = z.infer<typeof feedOverviewSchema>;
