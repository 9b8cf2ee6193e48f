import { describe, expect, it } from 'vitest';
import { type FormField, parseBracketedKeys } from './bracketed-keys.ts';

const parse = (...fields: FormField[]) => parseBracketedKeys(fields, 32);
const refusal = expect.objectContaining({ code: 'wrongData', innerCode: 40005 });

describe('parseBracketedKeys', () => {
  it('builds the documented tree', () => {
    expect(
      parse(
        ['data[requests][0][method]', 'PUT'],
        ['data[requests][0][uri]', 'http://shop.test/categories/1'],
        ['data[requests][0][data][parentCategory][id]', 'Y2F0'],
        ['data[requests][0][data][multiplier]', '1.00000'],
        ['data[requests][0][data][groupCode]', ''],
        ['data[requests][1][method]', 'GET'],
      ),
    ).toEqual({
      data: {
        requests: [
          {
            method: 'PUT',
            uri: 'http://shop.test/categories/1',
            data: { parentCategory: { id: 'Y2F0' }, multiplier: '1.00000', groupCode: '' },
          },
          { method: 'GET' },
        ],
      },
    });
  });

  it('orders a list by its indices, whatever the order of the fields', () => {
    expect(parse(['a[2]', 'z'], ['a[0]', 'x'], ['a[1]', 'y'])).toEqual({ a: ['x', 'y', 'z'] });
  });

  it('holds long lists and appends to open ones', () => {
    const fields = Array.from({ length: 5_000 }, (_, index): FormField => [`a[${index}][b]`, String(index)]);
    expect((parse(...fields) as { a: unknown[] }).a).toHaveLength(5_000);
    expect(parse(['a[]', 'x'], ['a[]', 'y'])).toEqual({ a: ['x', 'y'] });
  });

  it('keeps 007 and 01 as keys and texts, never numbers', () => {
    expect(parse(['a[007]', '007'], ['a[01]', '1e5'])).toEqual({ a: { '007': '007', '01': '1e5' } });
  });

  it('gives objects without prototype', () => {
    const tree = parse(['a[b]', 'c']) as { a: object };
    expect(Object.getPrototypeOf(tree)).toBeNull();
    expect(Object.getPrototypeOf(tree.a)).toBeNull();
  });

  it.each<[string, FormField[]]>([
    ['__proto__ at the top', [['__proto__[admin]', '1']]],
    ['__proto__ inside', [['data[__proto__][admin]', '1']]],
    ['constructor', [['data[constructor][prototype][admin]', '1']]],
    ['prototype as the last key', [['data[prototype]', '1']]],
    [
      'a sparse list',
      [
        ['a[0]', 'x'],
        ['a[2]', 'y'],
      ],
    ],
    ['a huge index', [['a[4294967294]', 'x']]],
    ['an absurd index', [['a[999999999999999999999]', 'x']]],
    ['a list that does not start at 0', [['a[1]', 'x']]],
    [
      'a key given twice',
      [
        ['a[b]', 'x'],
        ['a[b]', 'y'],
      ],
    ],
    [
      'a text that is a branch elsewhere',
      [
        ['a', 'x'],
        ['a[b]', 'y'],
      ],
    ],
    [
      'a branch that is a text elsewhere',
      [
        ['a[b]', 'y'],
        ['a', 'x'],
      ],
    ],
    ['an open bracket', [['a[b', 'x']]],
    ['text after a bracket', [['a[b]c', 'x']]],
    ['too much nesting', [[`a${'[b]'.repeat(32)}`, 'x']]],
  ])('refuses %s', (_, fields) => {
    expect(() => parse(...fields)).toThrow(refusal);
  });

  it('accepts nesting up to the limit', () => {
    expect(() => parse([`a${'[b]'.repeat(31)}`, 'x'])).not.toThrow();
  });
});
