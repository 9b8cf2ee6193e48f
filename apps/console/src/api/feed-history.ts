import { rejectedIdentifiersSchema, sessionStatisticsSchema, statisticsPeriodSchema } from '@batchfeed/schemas';
import { useQuery } from '@tanstack/react-query';
import { getList } from './client.ts';
import { feedPath } from './feed-path.ts';

/** What became of a feed's updates over time. These lists come whole. */

export const useSessionStatistics = (feedId: string) =>
  useQuery({
    queryKey: ['feeds', feedId, 'history', 'sessions'],
    queryFn: async ({ signal }) =>
      (await getList(`${feedPath(feedId)}/statistics/sessions`, sessionStatisticsSchema, { signal })).items,
  });

export type StatisticsUnit = 'hour' | 'day';

export const useStatisticsHistory = (feedId: string, unit: StatisticsUnit) =>
  useQuery({
    queryKey: ['feeds', feedId, 'history', unit],
    queryFn: async ({ signal }) =>
      (await getList(`${feedPath(feedId)}/statistics/history`, statisticsPeriodSchema, { query: { unit }, signal }))
        .items,
  });

/** Identifiers the plugin refused, by tag; of one session, or of all. */
export const useRejectedIdentifiers = (feedId: string, sessionId: string | undefined) =>
  useQuery({
    queryKey: ['feeds', feedId, 'history', 'rejected', sessionId ?? ''],
    queryFn: async ({ signal }) =>
      (
        await getList(`${feedPath(feedId)}/statistics/rejected_identifiers`, rejectedIdentifiersSchema, {
          query: { session_id: sessionId },
          signal,
        })
      ).items,
  });
