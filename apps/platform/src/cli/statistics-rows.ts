import { type FeedStatistics, sealReasons } from '@batchfeed/schemas';

/** Part, name, count and, of batches, how full they were. */
type Row = readonly (string | number)[];

/** The statistics of a feed as rows of a table: counts by part, and how full batches were by why they were sealed. */
export function statisticsRows({ updates, lines, batches, items }: FeedStatistics): Row[] {
  const { by_reason: reasons, fill, sealed, ...more } = batches;
  return [
    ...countRows('updates', updates),
    ...countRows('lines', lines),
    ['batches', 'sealed', sealed, full(fill.all)],
    ...sealReasons
      .filter((reason) => reasons[reason] > 0)
      .map((reason): Row => ['batches', `  by ${reason}`, reasons[reason], full(fill.by_reason[reason])]),
    ...countRows('batches', more),
    ...countRows('items', items),
  ];
}

function countRows(part: string, counts: Readonly<Record<string, number>>): Row[] {
  return Object.entries(counts).map(([name, count]) => [part, name, count]);
}

function full(fill: number | null): string {
  return fill === null ? '' : `${(fill * 100).toFixed(1)} % full`;
}
