import {
  type FeedLedger,
  type FeedOverview,
  type FeedResource,
  type FeedStatistics,
  type FeedStatus,
  feedLedgerSchema,
  feedOverviewSchema,
  feedResourceSchema,
  feedStatisticsSchema,
  propertyDefinitionSchema,
  segmentResourceSchema,
} from '@batchfeed/schemas';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getAll, getList, getOne, path, send } from './client.ts';
import { feedPath } from './feed-path.ts';

/** Feeds as they are, and what can be done to one. */

/** Feeds read at once: few enough that the page does not stumble over an answer while it is scrolled. */
const PAGE = 250;

export interface FeedFilter {
  readonly search: string;
  readonly status: FeedStatus | '';
}

/** The feeds that match, a page after another, with how many there are in all. */
export const useFeedOverview = ({ search, status }: FeedFilter) =>
  useInfiniteQuery({
    queryKey: ['feeds', 'overview', search, status],
    queryFn: ({ pageParam, signal }) =>
      getList('/audience_segment_external_feeds/overview', feedOverviewSchema, {
        query: {
          search: search || undefined,
          status: status || undefined,
          first_result: pageParam,
          max_results: PAGE,
        },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: ({ items, total }, pages) => {
      const read = pages.reduce((sum, page) => sum + page.items.length, 0);
      return items.length === 0 || read >= total ? undefined : read;
    },
    select: ({ pages }) => ({ feeds: withoutDoubles(pages), total: pages.at(-1)?.total ?? 0 }),
    // What was found stays in sight until what is looked for now is there.
    placeholderData: keepPreviousData,
  });

/** Feeds that come or go between two pages shift the others: one may be on both. */
function withoutDoubles(pages: readonly { readonly items: readonly FeedOverview[] }[]): readonly FeedOverview[] {
  const byId = new Map(pages.flatMap(({ items }) => items.map((item) => [item.feed.id, item] as const)));
  return [...byId.values()];
}

export const feedKeys = {
  resource: (feedId: string) => ['feeds', feedId, 'resource'],
  ledger: (feedId: string) => ['feeds', feedId, 'ledger'],
  statistics: (feedId: string) => ['feeds', feedId, 'statistics'],
} as const;

/** Where everything of a feed is. The live stream keeps it up to date. */
export const useFeedLedger = (feedId: string) =>
  useQuery({
    queryKey: feedKeys.ledger(feedId),
    queryFn: ({ signal }): Promise<FeedLedger> => getOne(`${feedPath(feedId)}/ledger`, feedLedgerSchema, { signal }),
  });

/** What became of everything a feed accepted. The live stream keeps it up to date. */
export const useFeedStatistics = (feedId: string) =>
  useQuery({
    queryKey: feedKeys.statistics(feedId),
    queryFn: ({ signal }): Promise<FeedStatistics> =>
      getOne(`${feedPath(feedId)}/statistics`, feedStatisticsSchema, { signal }),
  });

export const useFeedProperties = (feedId: string) =>
  useQuery({
    queryKey: ['feeds', feedId, 'properties'],
    queryFn: ({ signal }) => getAll(`${feedPath(feedId)}/properties`, propertyDefinitionSchema, { signal }),
  });

export const useSegment = (segmentId: string) =>
  useQuery({
    queryKey: ['segments', segmentId],
    queryFn: ({ signal }) => getOne(path`/audience_segments/${segmentId}`, segmentResourceSchema, { signal }),
  });

/** What becomes of what a deleted feed still holds. */
export type RemovalMode = 'drain' | 'discard';

/** What can be done to a feed. */
export type FeedDeed = 'activate' | 'pause' | 'resume' | 'drain' | 'delete';

/** Does it. A deleted feed is gone only once it holds nothing any more. */
export function useFeedDeed(feedId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ deed, mode }: { deed: FeedDeed; mode?: RemovalMode }): Promise<void> => {
      await deeds[deed](feedId, mode);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['feeds'] }),
  });
}

type Deed = (feedId: string, mode?: RemovalMode) => Promise<unknown>;
const posted =
  (name: string): Deed =>
  (feedId): Promise<FeedResource> =>
    send('POST', `${feedPath(feedId)}/${name}`, feedResourceSchema);
const deeds: Readonly<Record<FeedDeed, Deed>> = {
  activate: posted('activate'),
  pause: posted('pause'),
  resume: posted('resume'),
  drain: (feedId) => send('POST', `${feedPath(feedId)}/drain`, feedStatisticsSchema),
  delete: (feedId, mode = 'drain') => send('DELETE', feedPath(feedId), feedResourceSchema, { query: { mode } }),
};
