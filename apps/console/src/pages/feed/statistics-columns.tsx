import type { SessionStatistics, StatisticsPeriod } from '@batchfeed/schemas';
import type { StatisticsUnit } from '../../api/feed-history.ts';
import type { Column } from '../../components/data-table.tsx';
import { Time } from '../../components/time.tsx';
import { formatCount, formatShare } from '../../format/numbers.ts';
import { formatUtcDay } from '../../format/times.ts';
import { t } from '../../texts/text.ts';

type Counted = Omit<SessionStatistics, 'session_id' | 'first_ts' | 'last_ts'>;

const number = <T extends Counted>(
  id: 'updates' | 'lines' | 'delivered' | 'dead' | 'success' | 'error',
  read: (row: T) => number,
  from: number,
): Column<T> => ({
  id,
  header: t(`feed.statistics.${id}`),
  align: 'end',
  from,
  cell: (row) => formatCount(read(row)),
});

/** What is counted, whatever the time it is counted over. */
function counted<T extends Counted>(): readonly Column<T>[] {
  return [
    number('updates', (row) => row.updates_accepted, 0),
    number('lines', (row) => row.lines_accepted, 620),
    number('delivered', (row) => row.lines_delivered, 0),
    number('dead', (row) => row.lines_dead + row.updates_dead, 540),
    number('success', (row) => row.items_success, 760),
    number('error', (row) => row.items_error, 860),
    {
      id: 'coverage',
      header: t('feed.statistics.coverage'),
      align: 'end',
      from: 480,
      cell: ({ coverage: { share } }) => (share === null ? t('feed.statistics.unknown') : formatShare(1 - share)),
    },
  ];
}

const session: Column<{ readonly session_id: string }> = {
  id: 'session',
  header: t('feed.statistics.session'),
  width: '5rem',
  cell: ({ session_id }) => session_id,
};

export const sessionColumns: readonly Column<SessionStatistics>[] = [
  session,
  {
    id: 'last',
    header: t('feed.statistics.last'),
    width: '10rem',
    from: 700,
    cell: ({ last_ts }) => <Time ts={last_ts} quiet />,
  },
  ...counted<SessionStatistics>(),
];

const from: Readonly<Record<StatisticsUnit, Column<StatisticsPeriod>>> = {
  // A day of UTC has a name of its own; in the reader's zone it would begin in the middle of another.
  day: {
    id: 'from',
    header: t('feed.statistics.from'),
    width: '7rem',
    cell: ({ from_ts }) => formatUtcDay(from_ts),
  },
  hour: {
    id: 'from',
    header: t('feed.statistics.from'),
    width: '11rem',
    cell: ({ from_ts }) => <Time ts={from_ts} quiet />,
  },
};

const periods = (unit: StatisticsUnit): readonly Column<StatisticsPeriod>[] => [
  from[unit],
  { ...session, from: 700 },
  ...counted<StatisticsPeriod>(),
];

export const periodColumns: Readonly<Record<StatisticsUnit, readonly Column<StatisticsPeriod>[]>> = {
  day: periods('day'),
  hour: periods('hour'),
};
