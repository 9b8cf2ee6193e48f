import type uPlot from 'uplot';
import { colourOf } from '../app/theme-colours.ts';
import type { TimeChartProps } from './time-chart.tsx';

/** Pixels, as in time-chart.css. */
const HEIGHT = 160;
/** Charts with the same pointer: what is pointed at in one is shown in all. */
const SYNC_KEY = 'time';

const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

type Shown = Pick<TimeChartProps, 'series' | 'format' | 'top' | 'least'>;

/** What uPlot needs to know, in the colours of right now. */
export function chartOptions(
  { series, format, top, least = 0 }: Shown,
  width: number,
  onPointed: (index: number | null) => void,
): uPlot.Options {
  const text = colourOf('--text-muted');
  const grid = { stroke: colourOf('--border'), width: 1 };
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: text, font, grid, ticks: { show: false } };
  return {
    width,
    height: HEIGHT,
    ms: 1,
    // The legend is ours: with numbers that screen readers find, and colours from the style sheet.
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { size: 6 }, sync: { key: SYNC_KEY } },
    padding: [8, 8, 0, 0],
    scales: {
      x: { time: true },
      y: { range: (_chart, _min, max) => [0, top ?? Math.max(max > 0 ? max * 1.1 : 1, least)] },
    },
    axes: [
      { ...axis, space: 72, size: 24, values: (_chart, times) => times.map((time) => clock.format(time)) },
      { ...axis, space: 32, size: 56, values: (_chart, values) => values.map(format) },
    ],
    series: [
      {},
      ...series.map(({ colour }) => ({
        stroke: colourOf(`--series-${colour}`),
        width: 1.75,
        points: { show: false },
      })),
    ],
    hooks: { setCursor: [(chart) => onPointed(chart.cursor.idx ?? null)] },
  };
}
