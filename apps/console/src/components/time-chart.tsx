import { useEffect, useEffectEvent, useRef, useState } from 'react';
import UPlot from 'uplot';
import { onColoursChanged } from '../app/theme-colours.ts';
import { t } from '../texts/text.ts';
import { chartOptions } from './chart-options.ts';
import { useWidth } from './use-width.ts';
import 'uplot/dist/uPlot.min.css';
import './time-chart.css';

/** The place in the series of colours. */
export type ChartColour = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export interface ChartSeries {
  readonly id: string;
  readonly label: string;
  readonly colour: ChartColour;
  /** One for each time; null where it is not known. */
  readonly values: readonly (number | null)[];
}

export interface TimeChartProps {
  readonly label: string;
  /** Milliseconds since the epoch, ascending. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  /** The time shown, whatever of it is known. */
  readonly from: number;
  readonly to: number;
  readonly format: (value: number) => string;
  /** The top of the scale; as high as the highest value by default. */
  readonly top?: number | undefined;
  /** Where the scale ends at the lowest, so that next to nothing does not look like much. */
  readonly least?: number | undefined;
}

/**
 * Lines over time. The legend carries the numbers, of the latest moment or of the one pointed at; that is what screen readers
 * read, with the highest values.
 */
export function TimeChart(props: TimeChartProps) {
  const { label, times, series, from, to, format } = props;
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot>(undefined);
  const width = useWidth(holder);
  const [pointed, setPointed] = useState<number | null>(null);
  const theme = useColoursVersion();
  const ids = series.map(({ id }) => id).join();

  const create = useEffectEvent(
    (into: HTMLDivElement) => new UPlot(chartOptions(props, width, setPointed), [[]], into),
  );
  const fill = useEffectEvent(() => {
    chart.current?.batch(() => {
      chart.current?.setData([[...times], ...series.map(({ values }) => [...values])], false);
      chart.current?.setScale('x', { min: from, max: to });
    });
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: other lines or other colours are another chart.
  useEffect(() => {
    if (!holder.current || width === 0) return;
    const created = create(holder.current);
    chart.current = created;
    fill();
    return () => {
      created.destroy();
      chart.current = undefined;
    };
  }, [ids, theme, width]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown changed.
  useEffect(() => fill(), [times, series, from, to]);

  const at = pointed !== null && pointed < times.length ? pointed : times.length - 1;
  return (
    <figure className="chart">
      <figcaption>{label}</figcaption>
      <div className="chart-holder" ref={holder} aria-hidden="true" />
      <ul className="chart-legend">
        {series.map(({ id, label: name, colour, values }) => (
          <li key={id}>
            <span className="chart-swatch" data-colour={colour} aria-hidden="true" />
            {name} <b className="numeric">{shown(values[at] ?? null, format)}</b>
            <span className="visually-hidden">{t('common.chart.highest', { value: highest(values, format) })}</span>
          </li>
        ))}
      </ul>
    </figure>
  );
}

const shown = (value: number | null, format: (value: number) => string) =>
  value === null ? t('common.chart.unknown') : format(value);

function highest(values: readonly (number | null)[], format: (value: number) => string): string {
  const known = values.filter((value) => value !== null);
  return shown(known.length === 0 ? null : Math.max(...known), format);
}

/** Another number whenever colours changed: a canvas keeps those it was drawn with. */
function useColoursVersion(): number {
  const [version, setVersion] = useState(0);
  useEffect(() => onColoursChanged(() => setVersion((before) => before + 1)), []);
  return version;
}
