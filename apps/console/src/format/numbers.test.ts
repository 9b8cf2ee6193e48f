import { describe, expect, it } from 'vitest';
import { formatBytes, formatCompact, formatCount, formatRate, formatShare } from './numbers.ts';

describe('numbers', () => {
  it('groups counts and shortens large ones', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect(formatCompact(12_345)).toBe('12.3K');
  });

  it('gives rates as many digits as they are worth', () => {
    expect([0, 0.0123, 0.25, 3.1234, 99.95, 1_234.5].map(formatRate)).toEqual([
      '0',
      '0.012',
      '0.25',
      '3.1',
      '100',
      '1,235',
    ]);
  });

  it('writes bytes in units of 1,024', () => {
    expect([0, 512, 1_024, 1_536, 8 * 1_024 ** 2, 12_000_000, 3 * 1_024 ** 5].map(formatBytes)).toEqual([
      '0 B',
      '512 B',
      '1 KiB',
      '1.5 KiB',
      '8 MiB',
      '11.4 MiB',
      '3,072 TiB',
    ]);
  });

  it('writes shares as percent', () => {
    expect(formatShare(0.1234)).toBe('12.3%');
  });
});
