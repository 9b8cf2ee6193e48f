import { type FeedStatistics, sealReasons } from '@batchfeed/schemas';
import { t } from '../../texts/text.ts';

interface FillRow {
  readonly id: string;
  readonly label: string;
  readonly count: number;
  readonly fill: number | null;
}

/** How full sealed batches were: by every reason that occurred, and all together. Pure. */
export function fillRows({ sealed, by_reason: counts, fill }: FeedStatistics['batches']): FillRow[] {
  const rows = sealReasons.map((reason) => ({
    id: reason,
    label: t(`batching.reason.${reason}`),
    count: counts[reason],
    fill: fill.by_reason[reason],
  }));
  const all = { id: 'all', label: t('feed.statistics.all'), count: sealed, fill: fill.all };
  return [...rows.filter(({ count }) => count > 0), all];
}
