import type { PageQuery } from '@batchfeed/schemas';
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

/** The list wrapper around a list that is never long. */
export function wholeList<T>(items: T[]) {
  return listOk({ items, total: items.length }, { first_result: 0, max_results: items.length });
}
