import { type PulseEvent, sealReasons } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { type ChartDefinition, chartDefinitions, chartSeries } from './chart-definitions.ts';

const none = Object.fromEntries(sealReasons.map((reason) => [reason, 0])) as NonNullable<PulseEvent['batches_per_s']>;
const pulse = (fields: Partial<PulseEvent>) => fields as PulseEvent;
const chart = (id: string) => chartDefinitions.find((definition) => definition.id === id) as ChartDefinition;

describe('charts', () => {
  it('show why batches were sealed, leaving out reasons that did not occur', () => {
    const series = chartSeries(chart('batches'), [
      { ts: 1, pulse: pulse({ batches_per_s: none }) },
      { ts: 2, pulse: pulse({ batches_per_s: { ...none, age: 3 } }) },
    ]);
    expect(series.map(({ id, values }) => [id, values])).toEqual([
      ['lines', [0, 0]],
      ['age', [0, 3]],
    ]);
  });

  it('give a reason the same colour whichever others occur', () => {
    const colourOfAge = (batches: PulseEvent['batches_per_s']) =>
      chartSeries(chart('batches'), [{ ts: 1, pulse: pulse({ batches_per_s: batches }) }]).find(
        ({ id }) => id === 'age',
      )?.colour;
    expect(colourOfAge({ ...none, age: 1 })).toBe(colourOfAge({ ...none, age: 1, bytes: 1, lines: 1 }));
    const { lines } = chart('batches');
    expect(new Set(lines.map(({ colour }) => colour)).size).toBe(lines.length);
  });

  it('show what is not known as nothing, not as zero', () => {
    const points = [
      { ts: 1, pulse: null },
      { ts: 2, pulse: pulse({ delivery_ms: null }) },
      { ts: 3, pulse: pulse({ delivery_ms: { p50: 1, p95: 2, p99: 3 } }) },
    ];
    expect(chartSeries(chart('latency'), points).map(({ values }) => values)).toEqual([
      [null, null, 1],
      [null, null, 2],
      [null, null, 3],
    ]);
  });

  it('show how many were reached', () => {
    const coverage = { user_points: 4, without_identifier: 1, share: 0.25 };
    expect(chartSeries(chart('coverage'), [{ ts: 1, pulse: pulse({ coverage }) }])[0]?.values).toEqual([0.75]);
  });
});
