import { expect, it } from 'vitest';
import { indexNear } from './use-anchor.ts';

const keys = ['f', 'e', 'd', 'c', 'b', 'a'];

it.each([
  ['d', 2, 2],
  ['d', 0, 2],
  ['d', 5, 2],
  ['f', 5, 0],
  ['a', 0, 5],
  ['x', 3, undefined],
  ['a', 9, 5],
])('finds %s from %i on', (key, from, expected) => {
  expect(indexNear(keys, key, from)).toBe(expected);
});

it('does not look far', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => String(index));
  expect(indexNear(many, '9000', 0)).toBeUndefined();
  expect(indexNear([], 'a', 0)).toBeUndefined();
});
