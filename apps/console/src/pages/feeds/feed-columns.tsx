import type { FeedOverview } from '@batchfeed/schemas';
import { Link } from 'react-router';
import { path } from '../../api/client.ts';
import type { Column } from '../../components/data-table.tsx';
import { formatCompact, formatRate } from '../../format/numbers.ts';
import { formatAge } from '../../format/times.ts';
import { t } from '../../texts/text.ts';
import { CircuitPill, FeedStatusPill } from './feed-status-pill.tsx';

type Row = FeedOverview;

const rate = (perSecond: number | null) => (perSecond === null ? t('feeds.notYet') : formatRate(perSecond));
const deadOf = ({ pulse }: Row) => pulse.dead_updates + pulse.dead_batches;

/** Something that should be nothing. */
function Trouble({ value, text }: { readonly value: number | null; readonly text: string }) {
  return <span className={value ? 'feeds-trouble' : undefined}>{text}</span>;
}

/**
 * The columns of the list. `now` is what ages count to; `sortable` only where every row is there to be sorted.
 */
export function feedColumns(now: number, sortable: boolean): readonly Column<Row>[] {
  return columns(now).map(({ sortBy, ...column }) => (sortable && sortBy ? { ...column, sortBy } : column));
}

const columns = (now: number): readonly Column<Row>[] => [
  {
    id: 'feed',
    header: t('feeds.column.feed'),
    width: '3fr',
    cell: ({ feed, segment, plugin }) => (
      <>
        <Link className="feeds-name" to={path`/feeds/${feed.id}`} tabIndex={-1}>
          {feed.name}
        </Link>
        <div className="feeds-about muted">
          {t('feeds.about', { segment: segment.name, plugin: plugin.artifact_id })}
        </div>
      </>
    ),
    sortBy: ({ feed }) => feed.name,
  },
  {
    id: 'status',
    header: t('feeds.column.status'),
    width: '8.5rem',
    cell: ({ feed, circuit }) => (
      <div className="feeds-states">
        <FeedStatusPill status={feed.status} />
        <CircuitPill circuit={circuit} now={now} />
      </div>
    ),
    sortBy: ({ feed }) => t(`feeds.status.${feed.status}`),
  },
  {
    id: 'updates',
    header: t('feeds.column.updates'),
    width: '5.5rem',
    align: 'end',
    from: 480,
    cell: ({ pulse }) => rate(pulse.updates_per_s),
    sortBy: ({ pulse }) => pulse.updates_per_s ?? -1,
  },
  {
    id: 'lines',
    header: t('feeds.column.lines'),
    width: '4.5rem',
    align: 'end',
    from: 1040,
    cell: ({ pulse }) => rate(pulse.lines_per_s),
    sortBy: ({ pulse }) => pulse.lines_per_s ?? -1,
  },
  {
    id: 'backlog',
    header: t('feeds.column.backlog'),
    width: '5.5rem',
    align: 'end',
    from: 580,
    cell: ({ backlog }) => (
      <>
        {formatCompact(backlog.updates)}
        {backlog.empty_in_s ? (
          <div className="feeds-about muted">{t('feeds.emptyIn', { time: formatAge(backlog.empty_in_s * 1_000) })}</div>
        ) : null}
      </>
    ),
    sortBy: ({ backlog }) => backlog.updates,
  },
  {
    id: 'oldest',
    header: t('feeds.column.oldest'),
    width: '6.5rem',
    align: 'end',
    from: 760,
    cell: ({ pulse: { oldest_open_ts: ts } }) => (ts === null ? t('feeds.notYet') : formatAge(now - ts)),
    sortBy: ({ pulse }) => (pulse.oldest_open_ts === null ? 0 : now - pulse.oldest_open_ts),
  },
  {
    id: 'errors',
    header: t('feeds.column.errors'),
    width: '4.5rem',
    align: 'end',
    from: 660,
    cell: ({ pulse }) => <Trouble value={pulse.errors_per_s} text={rate(pulse.errors_per_s)} />,
    sortBy: ({ pulse }) => pulse.errors_per_s ?? -1,
  },
  {
    id: 'dead',
    header: t('feeds.column.dead'),
    width: '6rem',
    align: 'end',
    from: 880,
    cell: (row) => <Trouble value={deadOf(row)} text={formatCompact(deadOf(row))} />,
    sortBy: deadOf,
  },
];
