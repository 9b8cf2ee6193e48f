import { useMemo } from 'react';
import { TimeChart } from '../../components/time-chart.tsx';
import { type ChartDefinition, chartDefinitions, chartSeries } from './chart-definitions.ts';
import { type PulsePoint, upTo, windowFrom } from './pulse-history.ts';

interface FeedChartsProps {
  readonly points: readonly PulsePoint[];
  /** The platform's clock. */
  readonly now: number;
}

/** What happens by the second, up to now. */
export function FeedCharts({ points, now }: FeedChartsProps) {
  // A pulse may be a little ahead of the clock that ticks beside it.
  const to = Math.max(now, points.at(-1)?.ts ?? 0);
  const from = windowFrom(points, to);
  const shown = useMemo(() => upTo(points, to), [points, to]);
  const times = useMemo(() => shown.map(({ ts }) => ts), [shown]);
  return (
    <div className="feed-charts">
      {chartDefinitions.map((definition) => (
        <Chart key={definition.id} definition={definition} points={shown} times={times} from={from} to={to} />
      ))}
    </div>
  );
}

interface ChartProps {
  readonly definition: ChartDefinition;
  readonly points: readonly PulsePoint[];
  readonly times: readonly number[];
  readonly from: number;
  readonly to: number;
}

function Chart({ definition, points, times, from, to }: ChartProps) {
  const series = useMemo(() => chartSeries(definition, points), [definition, points]);
  const { title, format, top, least } = definition;
  return (
    <TimeChart
      label={title}
      times={times}
      series={series}
      from={from}
      to={to}
      format={format}
      top={top}
      least={least}
    />
  );
}
