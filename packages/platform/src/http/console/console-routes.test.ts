import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../../testing/test-platform.ts';

const PAGE = '<!doctype html><title>console</title>';
const SCRIPT = 'export const answer = 42;';
let folder: string;
let operator: TestPlatform;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchfeed-console-'));
  const files: Record<string, string | Buffer> = {
    'console/index.html': PAGE,
    'console/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'console/assets/main-abc123.js': SCRIPT,
    'console/assets/main-abc123.js.br': brotliCompressSync(SCRIPT),
    'console/assets/main-abc123.js.gz': gzipSync(SCRIPT),
    'secret.txt': 'not yours',
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  operator = await startTestPlatform({ consoleDir: join(folder, 'console') });
});
afterEach(async () => {
  await operator.close();
  await rm(folder, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${operator.platform.url}${path}`, { headers, redirect: 'manual' });

describe('the console', () => {
  it('is a page that runs nothing inline or from elsewhere, and is asked for again each time', async () => {
    const response = await get('/console/');
    expect(await response.text()).toBe(PAGE);
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect([(await get('/console')).headers.get('location'), (await get('/')).headers.get('location')]).toEqual([
      '/console/',
      '/console/',
    ]);
  });

  it('finds its way itself: every address without a file is the page, but no missing part of it', async () => {
    for (const path of ['feeds', 'plugins/1/versions/1.0.0', 'feeds/7?tab=batches']) {
      expect(await (await get(`/console/${path}`)).text()).toBe(PAGE);
    }
    expect((await get('/console/icon.svg')).headers.get('content-type')).toBe('image/svg+xml');
    const missing = await get('/console/assets/main-old.js');
    expect([missing.status, missing.headers.get('content-security-policy')]).toEqual([404, expect.any(String)]);
  });

  it('comes packed as the browser takes it, and what has its digest in its name is kept for ever', async () => {
    const encodings: Record<string, string | null> = {
      'gzip, deflate, br': 'br',
      'gzip;q=0.8, br;q=0': 'gzip',
      identity: null,
    };
    for (const [accepted, expected] of Object.entries(encodings)) {
      const response = await get('/console/assets/main-abc123.js', { 'accept-encoding': accepted });
      expect(response.headers.get('content-encoding')).toBe(expected);
      expect(response.headers.get('vary')).toBe('accept-encoding');
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      expect(await response.text()).toBe(SCRIPT);
    }
  });

  it('is all that can be read there', async () => {
    for (const path of ['..%2fsecret.txt', '%2e%2e/secret.txt', 'assets/..%2f..%2fsecret.txt', '..%5csecret.txt']) {
      expect(await (await get(`/console/${path}`)).text()).not.toContain('not yours');
    }
  });
});

it('without a console the address says so', async () => {
  const bare = await startTestPlatform();
  const answer = await bare.call('GET', '/console/');
  expect([answer.status, answer.body.error]).toEqual([404, expect.stringContaining('without a console')]);
  await bare.close();
});
