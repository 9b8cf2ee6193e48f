import type { PulseEvent } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { type PulsePoint, upTo, WINDOW_MS, windowFrom, withGap, withPulse } from './pulse-history.ts';

const pulse = (ts: number, updates = 0) => ({ ts, updates_per_s: updates }) as PulseEvent;
const shape = (points: readonly PulsePoint[]) => points.map(({ ts, pulse }) => [ts, pulse?.updates_per_s ?? null]);
const START = 1_000_000;

describe('the history of pulses', () => {
  it('takes pulses as they come', () => {
    const points = withPulse(withPulse([], pulse(START, 1)), pulse(START + 1_000, 2));
    expect(shape(points)).toEqual([
      [START, 1],
      [START + 1_000, 2],
    ]);
  });

  it('lets the last pulse hold while nothing changed', () => {
    const points = withPulse(withPulse([], pulse(START, 1)), pulse(START + 60_000, 2));
    expect(shape(points)).toEqual([
      [START, 1],
      [START + 59_000, 1],
      [START + 60_000, 2],
    ]);
  });

  it('holds nothing over a time of which nothing is known', () => {
    const points = withPulse(withGap(withGap(withPulse([], pulse(START, 1)))), pulse(START + 60_000, 2));
    expect(shape(points)).toEqual([
      [START, 1],
      [START + 1, null],
      [START + 60_000, 2],
    ]);
    expect(upTo(withGap(withPulse([], pulse(START, 1))), START + 9_000)).toHaveLength(2);
    expect(withGap([])).toEqual([]);
  });

  it('goes on to the present without keeping it', () => {
    const points = withPulse([], pulse(START, 3));
    expect(shape(upTo(points, START + 5_000))).toEqual([
      [START, 3],
      [START + 5_000, 3],
    ]);
    expect(upTo(points, START + 100)).toBe(points);
    expect(points).toHaveLength(1);
  });

  it('forgets what left the window, but for the point the line comes from', () => {
    let points: readonly PulsePoint[] = [];
    for (let ts = START; ts <= START + 2 * WINDOW_MS; ts += 1_000) points = withPulse(points, pulse(ts, 1));
    expect(points).toHaveLength(WINDOW_MS / 1_000 + 2);
    expect(points[0]?.ts).toBe(START + WINDOW_MS - 1_000);
  });

  it('keeps times in order when the clock of the platform was put back', () => {
    const points = withPulse(withPulse([], pulse(START, 1)), pulse(START - 5_000, 2));
    expect(shape(points)).toEqual([[START - 5_000, 2]]);
  });

  it('begins the charts where something is known, within a minute and the window', () => {
    const points = withPulse([], pulse(START));
    expect(windowFrom([], START)).toBe(START - 60_000);
    expect(windowFrom(points, START + 10_000)).toBe(START - 50_000);
    expect(windowFrom(points, START + 90_000)).toBe(START);
    expect(windowFrom(points, START + 2 * WINDOW_MS)).toBe(START + WINDOW_MS);
  });
});
