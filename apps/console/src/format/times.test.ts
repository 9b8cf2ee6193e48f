import { describe, expect, it } from 'vitest';
import { formatAge, formatDuration, formatTime, formatUtc, formatUtcDay } from './times.ts';

const MIN = 60_000;
const HOUR = 60 * MIN;

describe('times', () => {
  it('writes durations in at most two units', () => {
    const cases: [number, string][] = [
      [0, '0 ms'],
      [999.4, '999 ms'],
      [1_000, '1 s'],
      [4_250, '4.2 s'],
      [59_999, '59.9 s'],
      [MIN, '1 min'],
      [MIN + 999, '1 min'],
      [3 * MIN + 20_000, '3 min 20 s'],
      [HOUR, '1 h'],
      [2 * HOUR + 5 * MIN, '2 h 5 min'],
      [24 * HOUR, '1 d'],
      [7 * 24 * HOUR + 4 * HOUR + 59 * MIN, '7 d 4 h'],
    ];
    for (const [ms, text] of cases) expect(formatDuration(ms), String(ms)).toBe(text);
  });

  it('leaves the day out when it is today in the reader’s zone', () => {
    const ts = Date.UTC(2026, 10, 22, 23, 30, 5);
    expect(formatTime(ts, ts + HOUR / 4, 'UTC')).toBe('23:30:05');
    expect(formatTime(ts, ts + HOUR, 'UTC')).toBe('Nov 22, 2026, 23:30:05');
    expect(formatTime(ts, ts + HOUR, 'Europe/Budapest')).toBe('00:30:05');
  });

  it('writes midnight as 00, not 24', () => {
    const midnight = Date.UTC(2026, 0, 1);
    expect(formatTime(midnight, midnight, 'UTC')).toBe('00:00:00');
  });

  it('writes UTC with milliseconds', () => {
    expect(formatUtc(Date.UTC(2026, 10, 22, 5, 23, 54, 123))).toBe('2026-11-22 05:23:54.123');
  });

  it('writes what goes on in whole seconds', () => {
    expect([-5, 0, 999, 1_999, 61_500].map(formatAge)).toEqual(['< 1 s', '< 1 s', '< 1 s', '1 s', '1 min 1 s']);
  });

  it('names days in UTC wherever the reader is', () => {
    expect(formatUtcDay(Date.UTC(2026, 10, 22))).toBe('Nov 22, 2026');
    expect(formatUtcDay(Date.UTC(2026, 10, 22, 23, 59))).toBe('Nov 22, 2026');
  });
});
