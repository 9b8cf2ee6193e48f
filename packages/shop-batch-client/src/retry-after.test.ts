import { describe, expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

describe('retryAfterMs', () => {
  it.each([
    ['2', 2_000],
    ['0', 0],
    ['0.25', 250],
    [' 1.5 ', 1_500],
    ['.5', 500],
    [3, 3_000],
    ['Thu, 01 Jan 2026 00:00:07 GMT', 7_000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ])('reads %j', (value, expected) => {
    expect(retryAfterMs(value, now)).toBe(expected);
  });

  it.each([undefined, null, '', 'soon', '-5', 'NaN', 'Infinity', '1e9', '2026-01-01', {}])(
    'says nothing for %j',
    (value) => {
      expect(retryAfterMs(value, now)).toBeUndefined();
    },
  );
});
