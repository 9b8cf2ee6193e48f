import type { PageQuery, WholeListQuery } from '@batchfeed/schemas';
import type { Page } from '../config/page.ts';

/** The resource wrapper. */
export function ok<T>(data: T): { status: 'ok'; data: T } {
  return { status: 'ok', data };
}

/** The list wrapper around one page. */
export function listOk<T>({ items, total }: Page<T>, query: PageQuery) {
  return {
    status: 'ok' as const,
    count: items.length,
    first_result: query.first_result,
    max_results: query.max_results,
    total,
    data: items,
  };
}

/** The list wrapper around a list that is never long: all of it, unless a page is asked for. */
export function wholeList<T>(items: T[], { first_result, max_results = items.length }: WholeListQuery) {
  const page = items.slice(first_result, first_result + max_results);
  return listOk({ items: page, total: items.length }, { first_result, max_results });
}
