import {
  type AuditAction,
  auditEntrySchema,
  type DeadLetterFilter,
  deadLetterDetailSchema,
  deadLetterGroupSchema,
  deadLetterResourceSchema,
  type ReplayDeadLetters,
  type RevealBatch,
  revealedLinesSchema,
} from '@batchfeed/schemas';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { LINES_PAGE } from './batches.ts';
import { addressOf, getAll, getList, getOne, send } from './client.ts';
import { feedPath } from './feed-path.ts';

/** What was given up of a feed, and sending it again. */

const PAGE = 500;
const listPath = (feedId: string) => `${feedPath(feedId)}/dead_letters`;
const letterPath = (feedId: string, id: string) => `${listPath(feedId)}/${encodeURIComponent(id)}`;
const keyOf = (feedId: string) => ['feeds', feedId, 'dead-letters'];
const replayedSchema = z.object({ replayed: z.number() });

/** Dead letters by why they died, the largest group first. */
export const useDeadLetterGroups = (feedId: string) =>
  useQuery({
    queryKey: [...keyOf(feedId), 'groups'],
    queryFn: ({ signal }) => getAll(`${listPath(feedId)}/groups`, deadLetterGroupSchema, { signal }),
  });

/** The letters of a group, or all; a page at a time. */
export const useDeadLetters = (feedId: string, group: string | undefined) =>
  useInfiniteQuery({
    queryKey: [...keyOf(feedId), 'list', group],
    queryFn: ({ pageParam: first_result, signal }) =>
      getList(listPath(feedId), deadLetterResourceSchema, {
        query: { group, first_result, max_results: PAGE },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: ({ items, total }, _pages, first) =>
      items.length === 0 || first + items.length >= total ? undefined : first + items.length,
    select: ({ pages }) => ({
      // What dies or is replayed between two pages shifts the others: one may be on both.
      letters: [...new Map(pages.flatMap(({ items }) => items.map((item) => [item.id, item] as const))).values()],
      total: pages.at(-1)?.total ?? 0,
    }),
    placeholderData: keepPreviousData,
  });

/** One letter without its lines. */
export const useDeadLetter = (feedId: string, id: string) =>
  useQuery({
    queryKey: [...keyOf(feedId), 'one', id],
    queryFn: ({ signal }) =>
      getOne(letterPath(feedId, id), deadLetterDetailSchema, { query: { max_lines: 1 }, signal }),
  });

/** Its lines, masked, from the first on. */
export const useDeadLetterLines = (feedId: string, id: string) =>
  useInfiniteQuery({
    queryKey: [...keyOf(feedId), 'lines', id],
    queryFn: async ({ pageParam: first_line, signal }) => {
      const query = { first_line, max_lines: LINES_PAGE };
      return (await getOne(letterPath(feedId, id), deadLetterDetailSchema, { query, signal })).line_list;
    },
    initialPageParam: 1,
    getNextPageParam: (page, _all, first) => (page.length < LINES_PAGE ? undefined : first + LINES_PAGE),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Lines in clear; written to the audit. What comes back is kept nowhere. */
export const revealDeadLetter = (feedId: string, id: string, body: RevealBatch) =>
  send('POST', `${letterPath(feedId, id)}/reveal`, revealedLinesSchema, { body });

/** Reads everything about dead letters again, as some died or were replayed. */
export function useDeadLettersRefresh(feedId: string) {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: keyOf(feedId) });
}

/** Sends letters again: those with these ids, those of a group, or all. Answers how many. */
export function useReplay(feedId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (which: Pick<ReplayDeadLetters, 'ids' | 'group' | 'confirm'>): Promise<number> =>
      (await send('POST', `${listPath(feedId)}/replay`, replayedSchema, { body: which })).replayed,
    // Not waited for: whoever replayed a letter need not see it gone first.
    onSettled: () => void client.invalidateQueries({ queryKey: ['feeds', feedId] }),
  });
}

/** Where letters with their contents in clear can be downloaded; written to the audit. */
export const exportAddress = (feedId: string, filter: Pick<DeadLetterFilter, 'group'>): string =>
  addressOf(`${listPath(feedId)}/export`, filter);

/** What is done to dead letters and contents. */
const deeds: readonly AuditAction[] = ['replay', 'reveal', 'export'];
const LATEST = 20;

/** The latest of what was done to the feed's dead letters and contents, and by whom; newest first. */
export const useDeadLetterDeeds = (feedId: string) =>
  useQuery({
    queryKey: [...keyOf(feedId), 'deeds'],
    queryFn: async ({ signal }) => {
      const query = { feed_id: feedId, max_results: LATEST };
      const lists = await Promise.all(
        deeds.map((action) => getList('/audit', auditEntrySchema, { query: { ...query, action }, signal })),
      );
      return lists
        .flatMap(({ items }) => items)
        .sort((one, other) => Number(other.id) - Number(one.id))
        .slice(0, LATEST);
    },
    staleTime: 0,
  });
