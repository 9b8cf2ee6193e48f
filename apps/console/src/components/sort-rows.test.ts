import { expect, it } from 'vitest';
import { sortRows } from './sort-rows.ts';

const rows = [
  { name: 'b', size: 10 },
  { name: 'a', size: 9 },
  { name: 'ä', size: 100 },
];
const columns = [
  { id: 'name', sortBy: (row: (typeof rows)[number]) => row.name },
  { id: 'size', sortBy: (row: (typeof rows)[number]) => row.size },
  { id: 'other' },
];

it('sorts numbers as numbers and names as people do', () => {
  expect(sortRows(rows, columns, { column: 'size', descending: false }).map(({ size }) => size)).toEqual([9, 10, 100]);
  expect(sortRows(rows, columns, { column: 'name', descending: true }).map(({ name }) => name)).toEqual([
    'b',
    'ä',
    'a',
  ]);
});

it('leaves rows as they come without an order, and never changes them', () => {
  expect(sortRows(rows, columns, undefined)).toBe(rows);
  expect(sortRows(rows, columns, { column: 'other', descending: false })).toBe(rows);
  expect(rows[0]?.name).toBe('b');
});
