import { describe, expect, it } from 'vitest';
import { holdsData } from './holds-data.ts';

describe('holdsData', () => {
  it.each([
    [{ id: 'x', sku: '007', more: '1' }, { sku: '007' }],
    [
      { price: '1.5000', status: '1', free: '0' },
      { price: 1.5, status: true, free: false },
    ],
    [{ parent: { href: 'https://shop.example/api/categories/Y2F0' } }, { parent: { id: 'Y2F0' } }],
    [
      { group: '', tags: {} },
      { group: null, tags: [] },
    ],
    [{ list: [{ a: '1', b: '2' }] }, { list: [{ a: 1 }] }],
    [{ anything: 1 }, undefined],
  ])('%j holds %j', (shown, sent) => {
    expect(holdsData(shown, sent)).toBe(true);
  });

  it.each([
    [{ sku: '7' }, { sku: '007' }],
    [{ sku: '1.50' }, { sku: '1.5' }],
    [{}, { sku: 'a' }],
    [undefined, { sku: 'a' }],
    [{ sku: '' }, { sku: 0 }],
    [{ status: '0' }, { status: true }],
    [{ parent: { href: 'https://shop.example/api/categories/XY2F0' } }, { parent: { id: 'Y2F0' } }],
    [{ list: ['a', 'b'] }, { list: ['a'] }],
    [{ name: { href: 'x' } }, { name: 'x' }],
  ])('%j does not hold %j', (shown, sent) => {
    expect(holdsData(shown, sent)).toBe(false);
  });
});
