import { z } from 'zod';

/**
 * What became of a feed's updates over time: per session, hour and day, with the coverage and the identifiers that the
 * plugin refused. Counted as it happens and written every second; after a crash the totals are made to agree with the
 * ledger again.
 */

const countSchema = z.int().nonnegative();
const timeSchema = z.int().nonnegative();

/** Everything that is counted over time. Names are columns and JSON fields alike. */
export const statisticsCounters = [
  'updates_accepted',
  'updates_rejected',
  'updates_processed',
  'updates_no_eligible_identifier',
  'updates_without_identifier_sent',
  'updates_dead',
  'identifiers_processed',
  'identifiers_success',
  'identifiers_rejected',
  'lines_accepted',
  'lines_delivered',
  'lines_dead',
  'batches_sealed',
  'batches_delivered',
  'batches_dead',
  'batch_attempts',
  'items_success',
  'items_error',
] as const;
export type StatisticsCounter = (typeof statisticsCounters)[number];

const countersSchema = z.object(
  Object.fromEntries(statisticsCounters.map((name) => [name, countSchema])) as Record<
    StatisticsCounter,
    typeof countSchema
  >,
);

/** Of the user points that were dealt with, how many no identifier was sent for. A user point counts once an update. */
export const coverageSchema = z.object({
  user_points: countSchema,
  without_identifier: countSchema,
  /** `without_identifier / user_points`; null before the first. */
  share: z.number().min(0).max(1).nullable(),
});
export type Coverage = z.infer<typeof coverageSchema>;

const periodShape = { ...countersSchema.shape, coverage: coverageSchema };

/** One hour or day of one session. */
export const statisticsPeriodSchema = z.object({
  session_id: z.string(),
  /** Its beginning, milliseconds since the epoch; days begin at midnight UTC. */
  from_ts: timeSchema,
  ...periodShape,
});
export type StatisticsPeriod = z.infer<typeof statisticsPeriodSchema>;

/** All of one session. */
export const sessionStatisticsSchema = z.object({
  session_id: z.string(),
  /** The first and the last hour in which anything happened. */
  first_ts: timeSchema,
  last_ts: timeSchema,
  ...periodShape,
});
export type SessionStatistics = z.infer<typeof sessionStatisticsSchema>;

/** Identifiers that a plugin refused, by a tag it gave them; both are empty where it gave none. */
export const rejectedIdentifiersSchema = z.object({
  tag: z.string(),
  value: z.string(),
  count: countSchema,
});
export type RejectedIdentifiers = z.infer<typeof rejectedIdentifiersSchema>;

const windowShape = {
  session_id: z.string().optional(),
  /** Hours that began at this time or later. */
  from_ts: z.coerce.number().int().nonnegative().optional(),
  /** Hours that began before this time. */
  to_ts: z.coerce.number().int().nonnegative().optional(),
};

export const statisticsWindowSchema = z.object(windowShape);
export type StatisticsWindow = z.infer<typeof statisticsWindowSchema>;

export const statisticsHistoryQuerySchema = z.object({
  unit: z.enum(['hour', 'day']).default('hour'),
  ...windowShape,
});
export type StatisticsHistoryQuery = z.infer<typeof statisticsHistoryQuerySchema>;
