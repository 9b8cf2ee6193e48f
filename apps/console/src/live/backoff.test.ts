import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

describe('back-off', () => {
  it('doubles from a second to half a minute', () => {
    expect([1, 2, 3, 5, 6, 60].map((failures) => backoffMs(failures, 1))).toEqual([
      1_000, 2_000, 4_000, 16_000, 30_000, 30_000,
    ]);
  });

  it('leaves half of it to chance, so that readers do not come back together', () => {
    expect(backoffMs(1, 0)).toBe(500);
    expect(backoffMs(9, 0)).toBe(15_000);
    expect(backoffMs(9, 0.5)).toBe(22_500);
  });
});
