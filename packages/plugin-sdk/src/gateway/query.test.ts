import { expect, it } from 'vitest';
import { queryOf } from './query.ts';

it('writes lists and objects as the official SDK does', () => {
  expect(queryOf({ uri: 'mics://a?b', n: 7, no: false, list: ['x', 'y'], object: { field: 'z' } })).toEqual([
    ['uri', 'mics://a?b'],
    ['n', '7'],
    ['no', 'false'],
    ['list[0]', 'x'],
    ['list[1]', 'y'],
    ['object[field]', 'z'],
  ]);
});

it('leaves out what is undefined, and keeps null as empty', () => {
  expect(queryOf({ a: undefined, b: null })).toEqual([['b', '']]);
  expect(queryOf(undefined)).toEqual([]);
});
