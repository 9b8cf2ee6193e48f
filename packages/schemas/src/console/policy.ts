import { z } from 'zod';
import { idSchema } from '../id.ts';
import { batchingConfigurationSchema, orderingSchema } from '../operator.ts';
import { countSchema, msSchema, sealReasonSchema, timeSchema } from './values.ts';

/** The limits and the order of a batching configuration, whatever version they are for. */
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
      /** Held lines that would wait no longer, as the order would be kept within grouping keys only. */
      released_lines: countSchema,
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

/** What a policy makes of arrivals under one order. */
export const orderingReportSchema = z.object({
  batches: countSchema,
  /** Of the time between the first and the last arrival; null when that is under a second. */
  batches_per_hour: z.number().nonnegative().nullable(),
  by_reason: z.partialRecord(sealReasonSchema, countSchema),
  /** Mean of the lines in a batch, of those the policy allows. */
  fill: z.number().nonnegative(),
  lines_per_batch: z.number().nonnegative(),
  /** From a line's arrival to the sealing of its batch. */
  latency_ms: z.object({ p50: msSchema, p95: msSchema, p99: msSchema, max: msSchema }),
});
export type OrderingReport = z.infer<typeof orderingReportSchema>;

/** What a policy makes of arrivals: under its own order, and under both to compare them. */
export const policyReportSchema = orderingReportSchema.extend({
  lines: countSchema,
  keys: countSchema,
  ordering: orderingSchema,
  by_ordering: z.object({ USER: orderingReportSchema, GROUPING_KEY: orderingReportSchema }),
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
