import { type Ordering, type OrderingReport, orderings, type PolicyReport, sealReasons } from '@batchfeed/schemas';
import { LedgerBar } from '../../../components/ledger-bar.tsx';
import { formatCount, formatRate, formatShare } from '../../../format/numbers.ts';
import { formatDuration } from '../../../format/times.ts';
import { t } from '../../../texts/text.ts';

const rate = (value: number | null): string => (value === null ? t('batching.preview.unknown') : formatRate(value));

/** What is compared, in the order in which people ask for it. */
const metrics: readonly { label: string; of: (report: PolicyReport) => string }[] = [
  { label: t('batching.preview.perHour'), of: (report) => rate(report.batches_per_hour) },
  { label: t('batching.preview.batches'), of: (report) => formatCount(report.batches) },
  { label: t('batching.preview.perBatch'), of: (report) => formatRate(report.lines_per_batch) },
  { label: t('batching.preview.fill'), of: (report) => formatShare(report.fill) },
  { label: t('batching.preview.p50'), of: ({ latency_ms }) => formatDuration(latency_ms.p50) },
  { label: t('batching.preview.p95'), of: ({ latency_ms }) => formatDuration(latency_ms.p95) },
  { label: t('batching.preview.p99'), of: ({ latency_ms }) => formatDuration(latency_ms.p99) },
  { label: t('batching.preview.max'), of: ({ latency_ms }) => formatDuration(latency_ms.max) },
  { label: t('batching.preview.refused'), of: (report) => formatCount(report.refused) },
];

interface PreviewTableProps {
  readonly before: PolicyReport;
  readonly after: PolicyReport;
}

/** Before against after, and why batches were sealed in each. */
export function PreviewTable({ before, after }: PreviewTableProps) {
  return (
    <>
      <table className="figures">
        <thead>
          <tr>
            <th scope="col">{t('batching.preview.metric')}</th>
            <th scope="col">{t('batching.preview.before')}</th>
            <th scope="col">{t('batching.preview.after')}</th>
          </tr>
        </thead>
        <tbody>
          {metrics.map(({ label, of }) => (
            <tr key={label} data-same={of(before) === of(after)}>
              <th scope="row">{label}</th>
              <td>{of(before)}</td>
              <td>{of(after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>{t('batching.preview.orders')}</h3>
      <OrderTable label={t('batching.preview.before')} report={before} />
      <OrderTable label={t('batching.preview.after')} report={after} />
      <h3>{t('batching.preview.reasons')}</h3>
      <ReasonBar label={t('batching.preview.before')} report={before} />
      <ReasonBar label={t('batching.preview.after')} report={after} />
    </>
  );
}

/** What an order changes. */
const orderMetrics: readonly { label: string; of: (report: OrderingReport) => string }[] = [
  { label: t('batching.preview.batches'), of: (report) => formatCount(report.batches) },
  { label: t('batching.preview.fill'), of: (report) => formatShare(report.fill) },
  { label: t('batching.preview.p50'), of: ({ latency_ms }) => formatDuration(latency_ms.p50) },
  { label: t('batching.preview.p99'), of: ({ latency_ms }) => formatDuration(latency_ms.p99) },
  { label: t('batching.preview.max'), of: ({ latency_ms }) => formatDuration(latency_ms.max) },
];

/** What one configuration makes under either order. */
function OrderTable({ label, report }: { readonly label: string; readonly report: PolicyReport }) {
  return (
    <table className="figures">
      <thead>
        <tr>
          <th scope="col">{label}</th>
          {orderings.map((ordering) => (
            <th scope="col" key={ordering}>
              {orderName(ordering, report)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {orderMetrics.map(({ label: name, of }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {orderings.map((ordering) => (
              <td key={ordering}>{of(report.by_ordering[ordering])}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function orderName(ordering: Ordering, report: PolicyReport): string {
  const order = t(`batching.preview.order.${ordering}`);
  return ordering === report.ordering ? t('batching.preview.set', { order }) : order;
}

const colours = [1, 2, 3, 4, 5, 6, 7, 8] as const;

function ReasonBar({ label, report }: { readonly label: string; readonly report: PolicyReport }) {
  const parts = sealReasons
    .map((reason, index) => ({
      id: reason,
      label: t(`batching.reason.${reason}`),
      value: report.by_reason[reason] ?? 0,
      colour: colours[index] ?? 8,
    }))
    .filter(({ value }) => value > 0);
  return <LedgerBar label={label} parts={parts} />;
}
