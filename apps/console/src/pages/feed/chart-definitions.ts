import { type PulseEvent, sealReasons } from '@batchfeed/schemas';
import type { ChartColour } from '../../components/time-chart.tsx';
import { formatRate, formatShare } from '../../format/numbers.ts';
import { formatDuration } from '../../format/times.ts';
import { type TextKey, t } from '../../texts/text.ts';
import type { PulsePoint } from './pulse-history.ts';

/** What one line of a chart shows of a pulse; null where that is not known. */
interface ChartLine {
  readonly id: string;
  readonly label: string;
  readonly colour: ChartColour;
  readonly read: (pulse: PulseEvent) => number | null;
}

export interface ChartDefinition {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
  /** The top of the scale, where that is always the same. */
  readonly top?: number;
  /** Where it ends at the lowest. */
  readonly least?: number;
  /** Leaves out lines that are zero all the time, but for the first. */
  readonly onlyUsed?: boolean;
}

const title = (id: string) => t(`feed.chart.${id}` as TextKey & 'feed.chart.flow');

/** Every chart of the page, in its order. */
export const chartDefinitions: readonly ChartDefinition[] = [
  {
    id: 'flow',
    title: title('flow'),
    format: formatRate,
    lines: [
      { id: 'updates', label: t('feed.chart.updates'), colour: 1, read: (pulse) => pulse.updates_per_s },
      { id: 'lines', label: t('feed.chart.lines'), colour: 2, read: (pulse) => pulse.lines_per_s },
    ],
  },
  {
    id: 'batches',
    title: title('batches'),
    format: formatRate,
    onlyUsed: true,
    lines: sealReasons.map((reason, index) => ({
      id: reason,
      label: t(`batching.reason.${reason}`),
      colour: (index + 1) as ChartColour,
      read: (pulse) => pulse.batches_per_s?.[reason] ?? null,
    })),
  },
  {
    id: 'latency',
    title: title('latency'),
    format: formatDuration,
    least: 10,
    lines: (['p50', 'p95', 'p99'] as const).map((percentile, index) => ({
      id: percentile,
      label: percentile,
      colour: ([1, 2, 4] as const)[index] as ChartColour,
      read: (pulse) => pulse.delivery_ms?.[percentile] ?? null,
    })),
  },
  {
    id: 'items',
    title: title('items'),
    format: formatRate,
    lines: [
      { id: 'success', label: t('feed.chart.success'), colour: 1, read: (pulse) => pulse.items_success_per_s },
      { id: 'error', label: t('feed.chart.error'), colour: 5, read: (pulse) => pulse.items_error_per_s },
    ],
  },
  {
    id: 'failures',
    title: title('failures'),
    format: formatRate,
    lines: [{ id: 'errors', label: t('feed.chart.attempts'), colour: 5, read: (pulse) => pulse.errors_per_s }],
  },
  {
    id: 'coverage',
    title: title('coverage'),
    format: formatShare,
    top: 1,
    lines: [
      {
        id: 'reached',
        label: t('feed.chart.reached'),
        colour: 1,
        read: ({ coverage: { share } }) => (share === null ? null : 1 - share),
      },
    ],
  },
];

/** The lines of a chart with their values at every point. */
export function chartSeries({ lines, onlyUsed }: ChartDefinition, points: readonly PulsePoint[]) {
  const series = lines.map(({ read, ...line }) => ({
    ...line,
    values: points.map(({ pulse }) => (pulse === null ? null : read(pulse))),
  }));
  return onlyUsed ? series.filter(({ values }, index) => index === 0 || values.some(Boolean)) : series;
}
