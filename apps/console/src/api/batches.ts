import {
  type BatchPage,
  type BatchQuery,
  batchDetailSchema,
  batchPageSchema,
  type RevealBatch,
  revealedLinesSchema,
} from '@batchfeed/schemas';
import {
  type InfiniteData,
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { getOne, getWhole, path, send } from './client.ts';

/** The history of a feed's batches. */

/** Which batches to list; every one without any of these. */
export type BatchFilter = Pick<BatchQuery, 'grouping_key' | 'seal_reason' | 'state'>;
export type BatchPages = InfiniteData<BatchPage>;

const PAGE = 500;
/** Lines of a batch that are read at once. */
export const LINES_PAGE = 1_000;

const listPath = (feedId: string) => path`/audience_segment_external_feeds/${feedId}/batches`;
const batchPath = (feedId: string, batchId: string) => `${listPath(feedId)}/${encodeURIComponent(batchId)}`;
const listKey = (feedId: string, filter: BatchFilter) => ['feeds', feedId, 'batches', filter];
const batchKey = (feedId: string, batchId: string) => ['feeds', feedId, 'batch', batchId];

/** Batches, newest first, a page at a time. */
export const useBatches = (feedId: string, filter: BatchFilter) =>
  useInfiniteQuery({
    queryKey: listKey(feedId, filter),
    queryFn: ({ pageParam: before, signal }): Promise<BatchPage> =>
      getWhole(listPath(feedId), batchPageSchema, { query: { ...filter, before, max_results: PAGE }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    // Whoever comes back begins with the newest ones instead of reading every page again.
    gcTime: 0,
    placeholderData: keepPreviousData,
  });

/** How live events get into what `useBatches` has read. */
export function useBatchesCache(feedId: string, filter: BatchFilter) {
  const client = useQueryClient();
  const queryKey = listKey(feedId, filter);
  return {
    change: (change: (pages: BatchPages) => BatchPages) =>
      client.setQueryData<BatchPages>(queryKey, (pages) => pages && change(pages)),
    /** Reads the newest page again and forgets the others: there are batches between that nobody told of. */
    startAgain: () => startAgain(client, queryKey),
  };
}

async function startAgain(client: QueryClient, queryKey: unknown[]): Promise<void> {
  client.setQueryData<BatchPages>(
    queryKey,
    (found) => found && { pages: found.pages.slice(0, 1), pageParams: found.pageParams.slice(0, 1) },
  );
  await client.invalidateQueries({ queryKey, exact: true });
}

/** A batch without its lines. */
export const useBatch = (feedId: string, batchId: string) =>
  useQuery({
    queryKey: batchKey(feedId, batchId),
    queryFn: ({ signal }) => getOne(batchPath(feedId, batchId), batchDetailSchema, { query: { max_lines: 1 }, signal }),
  });

/** Reads a batch again, as something happened to it. */
export function useBatchRefresh(feedId: string, batchId: string) {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: batchKey(feedId, batchId), exact: true });
}

/** Its lines, masked, from the first on. They never change once they are kept. */
export const useBatchLines = (feedId: string, batchId: string) =>
  useInfiniteQuery({
    queryKey: [...batchKey(feedId, batchId), 'lines'],
    queryFn: async ({ pageParam: first_line, signal }) => {
      const query = { first_line, max_lines: LINES_PAGE };
      return (await getOne(batchPath(feedId, batchId), batchDetailSchema, { query, signal })).line_list;
    },
    initialPageParam: 1,
    getNextPageParam: (page, _all, first) => (page.length < LINES_PAGE ? undefined : first + LINES_PAGE),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Lines in clear; written to the audit. What comes back is kept nowhere. */
export const revealBatch = (feedId: string, batchId: string, body: RevealBatch) =>
  send('POST', `${batchPath(feedId, batchId)}/reveal`, revealedLinesSchema, { body });
