import { expect, it } from 'vitest';
import { backoffMs, DEFAULT_RETRY, honouredDelayMs } from './retry.ts';

const policy = { ...DEFAULT_RETRY, baseMs: 100, capMs: 1500, maxDelayMs: 60_000 };

it('the defaults are the documented ones', () => {
  expect(DEFAULT_RETRY).toEqual({ maxAttempts: 10, baseMs: 200, capMs: 60_000, maxDelayMs: 3_600_000 });
});

it('a back-off is anything up to a bound that doubles until it is capped', () => {
  expect([1, 2, 3, 4, 5, 6].map((failures) => backoffMs(failures, policy, () => 1))).toEqual([
    100, 200, 400, 800, 1500, 1500,
  ]);
  expect(backoffMs(3, policy, () => 0.5)).toBe(200);
  expect(backoffMs(3, policy, () => 0)).toBe(0);
  // Whole milliseconds: timers take nothing smaller.
  expect(backoffMs(1, policy, () => 0.001)).toBe(1);
  expect(backoffMs(1, policy, () => 0.999)).toBe(100);
});

it('a back-off stays a number however often something failed', () => {
  for (const failures of [53, 1000, 1e9]) expect(backoffMs(failures, policy, () => 1)).toBe(1500);
  const uncapped = { ...policy, capMs: Number.POSITIVE_INFINITY };
  expect(backoffMs(53, uncapped, () => 1)).toBe(100 * 2 ** 52);
  expect(backoffMs(5000, uncapped, () => 1)).toBe(100 * 2 ** 52);
  expect(backoffMs(5000, { ...uncapped, baseMs: 0 }, () => 1)).toBe(0);
});

it.each([
  [undefined, 0],
  [Number.NaN, 0],
  [-1, 0],
  [0, 0],
  [0.5, 0.5],
  [1, 1],
  [59_999, 59_999],
  [60_000, 60_000],
  [60_001, 60_000],
  [10 * 365 * 86_400_000, 60_000],
  [Number.POSITIVE_INFINITY, 60_000],
])('of a requested delay of %s ms, %s are honoured', (requested, honoured) => {
  expect(honouredDelayMs(requested, policy)).toBe(honoured);
});
