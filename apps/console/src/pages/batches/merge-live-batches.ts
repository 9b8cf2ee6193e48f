import type { BatchPage, BatchSummary } from '@batchfeed/schemas';
import type { BatchFilter, BatchPages } from '../../api/batches.ts';

/**
 * Pages of batches, newest first, with what live events say has changed. Known batches are replaced where they stand, and go
 * when the filter does not mean their new state; others are put where they belong, unless that is behind what was read so
 * far. Pages in which nothing changed stay the same objects. Pure.
 */
export function mergeLiveBatches(
  { pages, pageParams }: BatchPages,
  changed: readonly BatchSummary[],
  filter: BatchFilter,
): BatchPages {
  const latest = new Map(changed.map((batch) => [batch.batch_id, batch]));
  const replaced = pages.map((page) => replaceIn(page, latest, filter));
  const unknown = [...latest.values()].filter((batch) => matches(batch, filter));
  const all = unknown.reduce<readonly BatchPage[]>(insert, replaced);
  return { pages: [...all], pageParams };
}

/** Takes those it replaces out of `latest`. */
function replaceIn(page: BatchPage, latest: Map<string, BatchSummary>, { state }: BatchFilter): BatchPage {
  if (latest.size === 0 || !page.data.some(({ batch_id }) => latest.has(batch_id))) return page;
  const data = page.data.flatMap((batch) => {
    const now = latest.get(batch.batch_id);
    if (now === undefined) return batch;
    latest.delete(batch.batch_id);
    return state === undefined || now.state === state ? now : [];
  });
  return { ...page, data };
}

/** Keys that look personal come masked and are equal to none: such a batch shows when the list is read again. */
function matches(batch: BatchSummary, filter: BatchFilter): boolean {
  return (Object.keys(filter) as (keyof BatchFilter)[]).every(
    (name) => filter[name] === undefined || filter[name] === batch[name],
  );
}

function insert(pages: readonly BatchPage[], batch: BatchSummary): readonly BatchPage[] {
  const isNewer = ({ sealed_ts: ts }: BatchSummary) => ts <= batch.sealed_ts;
  const place = pages.findIndex(({ data, next }) => data.some(isNewer) || next === null);
  const page = pages[place];
  if (page === undefined) return pages;
  const row = page.data.findIndex(isNewer);
  const data = row < 0 ? [...page.data, batch] : page.data.toSpliced(row, 0, batch);
  return pages.with(place, { ...page, data });
}
