import { type AuditAction, auditEntrySchema } from '@batchfeed/schemas';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getList } from './client.ts';

const PAGE = 200;

/** Who did what, newest first, page by page. */
export const useAudit = (action: AuditAction | undefined) =>
  useInfiniteQuery({
    queryKey: ['audit', action],
    queryFn: ({ pageParam, signal }) =>
      getList('/audit', auditEntrySchema, { query: { action, first_result: pageParam, max_results: PAGE }, signal }),
    initialPageParam: 0,
    getNextPageParam: ({ total }, pages) => {
      const read = pages.reduce((sum, { items }) => sum + items.length, 0);
      return read < total && (pages.at(-1)?.items.length ?? 0) > 0 ? read : undefined;
    },
  });
