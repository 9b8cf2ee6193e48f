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
    [{}, { group: null, tags: [], note: '', more: {} }],
    [
      { a: '1.5000', b: '2200.0000', c: '-0.50000', d: '1.0000', e: '10.00000' },
      { a: '1.50', b: '2200', c: '-0.5', d: '1.0', e: '10' },
    ],
    [{ anything: 1 }, undefined],
  ])('%j holds %j', (shown, sent) => {
    expect(holdsData(shown, sent)).toBe(true);
  });

  it.each([
    [{ sku: '7' }, { sku: '007' }],
    [{ sku: '1.50' }, { sku: '1.5' }],
    [{ sku: '1.500' }, { sku: '1.5' }],
    [{ sku: '1.5' }, { sku: '1.5000' }],
    [{ sku: '7.0000' }, { sku: '007' }],
    [{ sku: '1.5000' }, { sku: '1.5001' }],
    [{ sku: '100.0000' }, { sku: '1' }],
    [{ sku: '10' }, { sku: '1' }],
    [{ sku: '1e3' }, { sku: '1000.0000' }],
    [{ sku: '' }, { sku: '0' }],
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
