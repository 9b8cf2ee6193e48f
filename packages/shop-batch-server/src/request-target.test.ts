import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestTarget, type TargetRules } from './request-target.ts';
import { ShopBatchError } from './shop-batch-error.ts';

const rules: TargetRules = {
  isOwnHost: (host) => host === 'shop.test' || host === 'shop.test:8080',
  forbiddenPaths: new Set(['/batch']),
  maxLength: 500,
};

const targetOf = (uri: string) => requestTarget(uri, rules).target;

describe('requestTarget', () => {
  it.each([
    ['/products', '/products'],
    ['http://shop.test/products/A-1?full=1&page=0', '/products/A-1?full=1&page=0'],
    ['HTTPS://SHOP.test/products', '/products'],
    ['http://shop.test:80/products', '/products'],
    ['https://shop.test:443/products', '/products'],
    ['http://shop.test:8080/products', '/products'],
    ['http://shop.test', '/'],
    ['http://shop.test?page=1', '/?page=1'],
    ['/categories/Y2F0ZWdvcnktY2F0ZWdvcnlfaWQ9MTg=', '/categories/Y2F0ZWdvcnktY2F0ZWdvcnlfaWQ9MTg='],
    ['/products/100%25', '/products/100%25'],
    ['/products/árvíz', '/products/%C3%A1rv%C3%ADz'],
    ['/products/a.b..c', '/products/a.b..c'],
    ['/products?q=a%2Fb', '/products?q=a%2Fb'],
    ['/batches', '/batches'],
  ])('routes %s as %s', (uri, target) => {
    expect(targetOf(uri)).toBe(target);
  });

  it.each([
    ['a foreign host', 'http://other.test/products'],
    ['a foreign port', 'http://shop.test:81/products'],
    ['two ports', 'http://shop.test:8080:80/products'],
    ['a port that is no number', 'http://shop.test:x/products'],
    ['the other scheme’s default port', 'http://shop.test:443/products'],
    ['a host that only starts alike', 'http://shop.test.evil/products'],
    ['a scheme-relative URI', '//shop.test/products'],
    ['another scheme', 'ftp://shop.test/products'],
    ['a file', 'file:///etc/passwd'],
    ['a relative path', 'products/1'],
    ['user-info', 'http://admin:secret@shop.test/products'],
    ['user-info that hides the host', 'http://shop.test@other.test/products'],
    ['an empty host', 'http:///products'],
    ['dot segments', '/products/../admin'],
    ['a trailing dot segment', '/products/..'],
    ['a single dot', '/./products'],
    ['encoded dot segments', '/products/%2e%2E/admin'],
    ['half-encoded dot segments', '/products/.%2e/admin'],
    ['doubly encoded dot segments', '/products/%252e%252e/admin'],
    ['dot segments with a parameter', '/products/..;/admin'],
    ['an encoded slash', '/products/..%2Fadmin'],
    ['an encoded slash in the other case', '/products/a%2fb'],
    ['a doubly encoded slash', '/products/a%252Fb'],
    ['a trebly encoded slash', '/products/a%25252Fb'],
    ['a backslash', '/products\\..\\admin'],
    ['a backslash in the authority', 'http://shop.test\\@other.test/'],
    ['an encoded backslash', '/products/a%5cb'],
    ['an encoded backslash in the other case', '/products/a%5Cb'],
    ['a NUL', '/products/a\0'],
    ['an encoded NUL', '/products/a%00'],
    ['an encoded NUL in a query', '/products?a=%00'],
    ['a line break', '/products/a\r\nX-Evil: 1'],
    ['an encoded line break', '/products/a%0d%0aX-Evil:%201'],
    ['an encoded line break in a query', '/products?a=%0D%0A'],
    ['a space', '/products/a b'],
    ['a tab', '/pro\tducts'],
    ['a fragment', '/products#x'],
    ['a malformed escape', '/products/%zz'],
    ['escapes that are not UTF-8', '/products/%ff'],
    ['an empty segment', '/products//1'],
    ['a URI that is too long', `/${'a'.repeat(500)}`],
    ['the batch itself', '/batch'],
    ['the batch with a query', '/batch?x=1'],
    ['the batch with a slash', '/batch/'],
    ['the batch in capitals', '/BATCH'],
    ['the batch, absolute', 'http://shop.test/Batch'],
    ['the batch, encoded', '/%62atch'],
    ['the batch, doubly encoded', '/%2562%61tch'],
    ['the batch with a parameter', '/batch;v=1'],
  ])('refuses %s', (_, uri) => {
    expect(() => targetOf(uri)).toThrow(expect.objectContaining({ code: 'wrongData', status: 400, innerCode: 40005 }));
  });

  it('returns only what every later parser leaves unchanged', () => {
    const piece = fc.constantFrom(
      ...[
        '/',
        'a',
        '.',
        '..',
        '%2e',
        '%2F',
        '%5c',
        '%25',
        '%00',
        '\\',
        '?',
        '#',
        '@',
        ':',
        ';',
        '=',
        '&',
        ' ',
        'é',
        '"',
        '<',
      ],
      ...['|', '%', 'http://shop.test', 'batch', '\ud800', '[', '^', '`', '{', "'", '\u0085', '%7f', '%C3%A9'],
    );
    const uri = fc
      .array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 8 })
      .map((pieces) => `/${pieces.join('')}`);
    fc.assert(
      fc.property(uri, (text) => {
        let target: string;
        try {
          target = targetOf(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ShopBatchError);
          return;
        }
        const url = new URL(target, 'http://elsewhere.test');
        expect(url.host).toBe('elsewhere.test');
        expect(url.pathname + url.search).toBe(target);
        expect(requestTarget(target, rules).target).toBe(target);
        const decoded = decodeURIComponent(url.pathname);
        expect(decoded.split('/')).not.toContain('..');
        for (const character of ['\\', '\0', '\r', '\n']) expect(decoded).not.toContain(character);
      }),
      { numRuns: 3_000 },
    );
  });
});
