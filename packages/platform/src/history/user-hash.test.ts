import { expect, it } from 'vitest';
import { UserHasher } from './user-hash.ts';

function hashOf(hasher: UserHasher, text: string): string {
  hasher.read(text);
  return `${hasher.hi}:${hasher.lo}`;
}

it('gives a million users names of their own, in each half spread evenly', () => {
  const hasher = new UserHasher('a store');
  const seen = new Set<string>();
  const buckets = { lo: new Uint32Array(256), hi: new Uint32Array(256) };
  const count = 1_000_000;
  for (let index = 0; index < count; index += 1) {
    seen.add(hashOf(hasher, `point:${index}`));
    for (const half of ['lo', 'hi'] as const) {
      const bucket = hasher[half] >>> 24;
      buckets[half][bucket] = (buckets[half][bucket] as number) + 1;
    }
  }
  expect(seen.size).toBe(count);
  for (const half of [buckets.lo, buckets.hi]) {
    expect(Math.min(...half)).toBeGreaterThan((count / 256) * 0.9);
    expect(Math.max(...half)).toBeLessThan((count / 256) * 1.1);
  }
});

it('has seldom more equal halves than chance would', () => {
  // Of 2^17 numbers out of 2^32 two are expected to be equal; a weak half has hundreds.
  const hasher = new UserHasher('a store');
  const los = new Set<number>();
  const his = new Set<number>();
  for (let index = 0; index < 2 ** 17; index += 1) {
    hasher.read(`email:${index.toString(16).padStart(64, '0')}`);
    los.add(hasher.lo);
    his.add(hasher.hi);
  }
  expect(los.size).toBeGreaterThan(2 ** 17 - 20);
  expect(his.size).toBeGreaterThan(2 ** 17 - 20);
});

it('is the same for the same salt and another for another', () => {
  const one = new UserHasher('a store');
  expect(hashOf(one, 'point:1')).toBe(hashOf(new UserHasher('a store'), 'point:1'));
  expect(hashOf(one, 'point:1')).not.toBe(hashOf(new UserHasher('another'), 'point:1'));
});
