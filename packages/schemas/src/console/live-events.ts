import { z } from 'zod';
import { feedBacklogSchema } from '../feed-waits.ts';
import { idSchema } from '../id.ts';
import { feedLedgerSchema } from '../operations.ts';
import { circuitSchema, feedStatisticsSchema, feedStatusSchema } from '../operator.ts';
import { coverageSchema } from '../statistics.ts';
import { batchSummarySchema } from './batches.ts';
import { feedPulseSchema } from './feeds.ts';
import { countSchema, msSchema, rateSchema, ratesByReasonSchema, timeSchema } from './values.ts';

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
    /** Since when its plugin has not answered; null while it does. */
    down_since_ts: timeSchema.nullable(),
    backlog: feedBacklogSchema,
    pulse: feedPulseSchema,
  }),
);
export type FeedsEvent = z.infer<typeof feedsEventSchema>;

/** Data of `pulse`: at most once a second, while anything changes; the present state at first. */
export const pulseEventSchema = z.object({
  ts: timeSchema,
  status: feedStatusSchema,
  circuit: circuitSchema,
  backlog: feedBacklogSchema,
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
