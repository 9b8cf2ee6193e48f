import { expect, it } from 'vitest';
import { rowAfter } from './row-moves.ts';

it('moves within the rows there are', () => {
  expect(rowAfter('ArrowDown', 4, 10, 3)).toBe(5);
  expect(rowAfter('ArrowDown', 9, 10, 3)).toBe(9);
  expect(rowAfter('ArrowUp', 0, 10, 3)).toBe(0);
  expect(rowAfter('PageDown', 8, 10, 3)).toBe(9);
  expect(rowAfter('PageUp', 8, 10, 3)).toBe(5);
  expect(rowAfter('Home', 8, 10, 3)).toBe(0);
  expect(rowAfter('End', 0, 10_000, 3)).toBe(9_999);
});

it('leaves every other key alone', () => {
  expect(rowAfter('a', 4, 10, 3)).toBeUndefined();
  expect(rowAfter('constructor', 4, 10, 3)).toBeUndefined();
});
