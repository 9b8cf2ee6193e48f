import type { BatchSummary } from '@batchfeed/schemas';
import { Link } from 'react-router';
import { path } from '../../api/client.ts';
import { BatchStatePill } from '../../components/batch-state-pill.tsx';
import type { Column } from '../../components/data-table.tsx';
import { RawText } from '../../components/raw-text.tsx';
import { Time } from '../../components/time.tsx';
import { formatBytes, formatCount } from '../../format/numbers.ts';
import { formatDuration } from '../../format/times.ts';
import { t } from '../../texts/text.ts';

export const batchHref = (feedId: string, batchId: string): string => path`/feeds/${feedId}/batches/${batchId}`;

/** Two lines a row: the key, and under it when and how much. */
export const BATCH_ROW_HEIGHT = 56;

export const batchColumns = (feedId: string): readonly Column<BatchSummary>[] => [
  {
    id: 'key',
    header: t('batches.column.key'),
    width: '3fr',
    cell: (batch) => (
      <div className="table-name">
        <Link to={batchHref(feedId, batch.batch_id)} tabIndex={-1}>
          <RawText text={batch.grouping_key} />
        </Link>
        <span className="muted">
          <Time ts={batch.sealed_ts} quiet /> · {summary(batch)}
        </span>
      </div>
    ),
  },
  {
    id: 'seal',
    header: t('batches.column.seal'),
    width: '7rem',
    from: 560,
    cell: ({ seal_reason: reason }) => t(`batching.reason.${reason}`),
  },
  {
    id: 'waited',
    header: t('batches.column.waited'),
    width: '7.5rem',
    align: 'end',
    from: 860,
    cell: ({ opened_ts: opened, sealed_ts: sealed }) => formatDuration(Math.max(0, sealed - opened)),
  },
  {
    id: 'attempts',
    header: t('batches.column.attempts'),
    width: '5rem',
    align: 'end',
    from: 700,
    cell: ({ attempts }) => formatCount(attempts),
  },
  { id: 'answer', header: t('batches.column.answer'), width: '2fr', from: 760, cell: answer },
  {
    id: 'state',
    header: t('batches.column.state'),
    width: '6.5rem',
    cell: ({ state }) => <BatchStatePill state={state} />,
  },
];

function summary({ lines, bytes, replay }: BatchSummary): string {
  const size = t('batches.summary', { count: lines, bytes: formatBytes(bytes) });
  return replay ? `${size}, ${t('batches.replayed')}` : size;
}

function answer({ http_status: status, reason, state }: BatchSummary) {
  if (reason !== null && state !== 'delivered') return <RawText text={reason} />;
  return (
    <span className="muted">{status === null ? '' : t('batches.attempt.status', { status: String(status) })}</span>
  );
}
