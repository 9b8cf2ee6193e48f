import { describe, expect, it } from 'vitest';
import { parseBaseUrl, resolveUri, resourceOf } from './base-url.ts';

const codeOf = (run: () => unknown): unknown => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

describe('parseBaseUrl', () => {
  it.each([
    'https://shop.example/api',
    'http://localhost:1/',
    'http://127.0.0.1:8',
    'http://[::1]:8/x',
    'http://a.localhost',
  ])('takes %s', (url) => {
    expect(parseBaseUrl(url).href.endsWith('/')).toBe(true);
  });

  it.each([
    'http://shop.example/',
    'http://127.0.0.1.shop.example/',
    'http://localhost.shop.example/',
    'http://0.0.0.0/',
    'http://192.168.0.1/',
  ])('refuses plain http: %s', (url) => {
    expect(codeOf(() => parseBaseUrl(url))).toBe('PLAIN_HTTP_REFUSED');
  });

  it.each([
    'shop.example',
    'ftp://shop.example',
    'https://u:p@shop.example',
    'https://shop.example/?a=1',
    'https://a/#b',
  ])('refuses %s', (url) => {
    expect(codeOf(() => parseBaseUrl(url))).toBe('OPTIONS_INVALID');
  });

  it('does not repeat credentials it was given by mistake', () => {
    try {
      parseBaseUrl('https://user:topsecret@shop.example');
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain('topsecret');
    }
  });
});

describe('resolveUri', () => {
  const base = 'https://shop.example/api/';
  it.each([
    ['products', 'https://shop.example/api/products'],
    ['/products/SKU-1?full=1', 'https://shop.example/api/products/SKU-1?full=1'],
    ['http://other.example/products', 'http://other.example/products'],
    ['/termékek', 'https://shop.example/api/termékek'],
    ['', undefined],
    ['//other.example/x', undefined],
    ['ftp://x/y', undefined],
    ['javascript:1', undefined],
    ['https://user@other.example/x', undefined],
    ['a b', undefined],
    ['a\\b', undefined],
    ['a\u0000b', undefined],
    ['a\r\nb', undefined],
  ])('%j becomes %j', (uri, resolved) => {
    expect(resolveUri(base, uri)).toBe(resolved);
  });
});

describe('resourceOf', () => {
  const base = 'https://shop.example/api/';
  it.each([
    ['https://shop.example/api/products/SKU-1?full=1', 'products/SKU-1'],
    ['https://shop.example/api/products', undefined],
    ['https://shop.example/api/products/', undefined],
    ['https://shop.example/api/products?sku=a/b', undefined],
    ['http://other.example/products/1', 'products/1'],
    ['http://other.example/products', undefined],
  ])('%s is %j', (uri, resource) => {
    expect(resourceOf(base, uri)).toBe(resource);
  });
});
