import { describe, expect, it } from 'vitest';
import { numberOrNone, textOrNone } from './read-values.ts';

describe('what was typed', () => {
  it('is missing when it is blank', () => {
    expect(textOrNone('  ')).toBeUndefined();
    expect(numberOrNone(' ')).toBeUndefined();
  });

  it('is trimmed text', () => {
    expect(textOrNone(' a b ')).toBe('a b');
  });

  it('is a number however its thousands are grouped', () => {
    expect(['10000', '10,000', ' 10 000 ', '1_000_000', '0.5', '-3'].map(numberOrNone)).toEqual([
      10_000, 10_000, 10_000, 1_000_000, 0.5, -3,
    ]);
  });

  it('stays text when it is no number, for the schema to refuse', () => {
    expect(['ten', '1,00', '1.2.3', '12 34', 'Infinity'].map(numberOrNone)).toEqual([
      'ten',
      '1,00',
      '1.2.3',
      '12 34',
      'Infinity',
    ]);
  });
});
