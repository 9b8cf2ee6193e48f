import { expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.ts';

it('lets three a second through, and says when to come back', () => {
  const limiter = new RateLimiter(3);
  expect([0, 0, 0].map((now) => limiter.take('a', now))).toEqual([0, 0, 0]);
  expect(limiter.take('a', 0)).toBeCloseTo(1 / 3);
  expect(limiter.take('a', 200)).toBeCloseTo(0.4 / 3);
  expect(limiter.take('a', 334)).toBe(0);
  expect(limiter.take('a', 335)).toBeGreaterThan(0);
});

it('counts every application by itself, never saves up more than a second, and survives a clock that jumps back', () => {
  const limiter = new RateLimiter(1);
  expect(limiter.take('a', 1_000)).toBe(0);
  expect(limiter.take('b', 1_000)).toBe(0);
  expect(limiter.take('a', 100_000)).toBe(0);
  expect(limiter.take('a', 100_000)).toBe(1);
  expect(limiter.take('a', 5_000)).toBe(1);
});

it('does not limit at 0', () => {
  const limiter = new RateLimiter(0);
  for (let index = 0; index < 1_000; index++) expect(limiter.take('a', 0)).toBe(0);
});
