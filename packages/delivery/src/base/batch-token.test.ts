import { expect, it } from 'vitest';
import { drawBatchToken } from './batch-token.ts';

it('is 16 lower-case letters and digits, each about as often as any other', () => {
  const counts = new Map<string, number>();
  for (let count = 0; count < 10_000; count += 1) {
    const token = drawBatchToken();
    expect(token).toMatch(/^[0-9a-z]{16}$/);
    for (const digit of token) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  }
  const expected = 160_000 / 36;
  // Nine standard deviations: a fair draw fails this once in 10^18 runs, a byte modulo 36 always.
  for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(9 * Math.sqrt(expected));
  expect(counts.size).toBe(36);
});

it('is another one each time', () => {
  const tokens = Array.from({ length: 1000 }, drawBatchToken);
  expect(new Set(tokens).size).toBe(tokens.length);
});
