import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Client from '@batchfeed/shop-batch-client';
import type { FastifyInstance } from 'fastify';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, type Rollup } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildShop } from './server.ts';

/** The built client as a page uses it: bundled for browsers, in a real one, against the shop, from another origin. */

const client = join(import.meta.dirname, '../../../packages/shop-batch-client/dist/index.js');
const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

const bundled = async (): Promise<string> => {
  const output = await build({
    logLevel: 'silent',
    configFile: false,
    build: { write: false, lib: { entry: client, formats: ['es'], fileName: 'client' } },
  });
  const [{ output: chunks }] = output as [Rollup.RollupOutput];
  expect(chunks).toHaveLength(1);
  return chunks[0].code;
};

const html =
  '<!doctype html><script type="module">import * as client from "/client.js"; window.client = client;</script>';

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

if (browserPath === undefined)
  console.warn('Skipped: there is no Chromium on this machine (apt-get install chromium).');

describe.skipIf(browserPath === undefined)('the client in a browser', () => {
  let dataDir: string;
  let pages: Server;
  let shop: FastifyInstance;
  let url: string;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const code = await bundled();
    pages = createServer((request, response) => {
      const isScript = request.url === '/client.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? code : html);
    });
    const origin = await listen(pages);
    dataDir = mkdtempSync(join(tmpdir(), 'shop-browser-'));
    shop = await buildShop({ dataDir, credentials: { user: 'a', password: 'b' }, allowedOrigins: [origin] });
    url = await shop.listen({ port: 0, host: '127.0.0.1' });
    browser = await chromium.launch({ executablePath: browserPath!, args: ['--no-sandbox'] });
    page = await browser.newPage();
    await page.goto(origin, { waitUntil: 'networkidle' });
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
    pages?.closeAllConnections();
    pages?.close();
    if (dataDir !== undefined) rmSync(dataDir, { recursive: true });
  });

  /** Runs in the page: a client, and what it is asked to do. */
  const inPage = (work: 'batch' | 'request' | 'bulk', { password = 'b', prefix = '' } = {}) =>
    page.evaluate(
      async ({ url, work, password, prefix }) => {
        const { ShopBatchClient, limitYoungGeneration } = (globalThis as unknown as { client: typeof Client }).client;
        limitYoungGeneration();
        const client = new ShopBatchClient({
          baseUrl: url,
          auth: { kind: 'basic', username: 'a', password },
          requestsPerSecond: Number.POSITIVE_INFINITY,
          backoff: { baseMs: 1, maxMs: 1 },
        });
        const create = (sku: string): Client.ShopRequest => ({
          method: 'POST',
          uri: `products/${sku}`,
          data: { sku, modelNumber: 'Ágy' },
        });
        const works: Record<string, () => Promise<unknown>> = {
          batch: async () => (await client.batch([create('007'), { method: 'GET', uri: 'products/007' }])).rows,
          request: () => Promise.all([client.request(create('r1')), client.request(create('r2'))]),
          bulk: () => client.bulk(Array.from({ length: 450 }, (_, index) => create(`${prefix}-${index}`))),
        };
        return works[work]!();
      },
      { url, work, password, prefix },
    ) as Promise<Record<string, unknown>[] & Record<string, unknown>>;

  const headers = { authorization: `Basic ${btoa('a:b')}` };
  const order = (kind: string) =>
    shop.inject({ method: 'POST', url: '/admin/faults', headers, payload: { faults: [{ kind }] } });
  const writes = async () =>
    (await shop.inject({ url: '/admin/statistics', headers })).json<{ writes: Record<string, number> }>().writes;

  it('sends a batch from another origin and keeps values as they are', async () => {
    expect(await inPage('batch')).toMatchObject([
      { outcome: 'succeeded', status: 201, attempts: 1 },
      { outcome: 'succeeded', status: 200, body: { id: '007', sku: '007', modelNumber: 'Ágy' } },
    ]);
  });

  it('coalesces single requests, and sends any number', async () => {
    expect(await inPage('request')).toMatchObject([{ outcome: 'succeeded' }, { outcome: 'succeeded' }]);
    expect(await inPage('bulk')).toMatchObject({ rows: 450, succeeded: 450 });
  });

  it.each(['504-after', 'drop', 'invalid-json', 'missing-part', '429'])(
    'creates nothing twice after %s',
    async (kind) => {
      const { inserted = 0 } = await writes();
      await order(kind);
      expect(await inPage('bulk', { prefix: kind })).toMatchObject({ rows: 450, succeeded: 450 });
      expect(await writes()).toMatchObject({ inserted: inserted + 450, created_again: 0 });
    },
  );

  it('does not follow a redirect, and says so', async () => {
    await order('308');
    expect(await inPage('batch')).toMatchObject([{ outcome: 'unsent', reason: 'REDIRECTED' }, { outcome: 'unsent' }]);
  });

  it('is told when its credentials are refused', async () => {
    expect(await inPage('batch', { password: 'wrong' })).toMatchObject([
      { outcome: 'unsent', status: 401 },
      { outcome: 'unsent' },
    ]);
  });

  it('cannot call a shop that does not allow its origin', async () => {
    const other = await browser.newPage();
    await other.goto('data:text/html,<title>other</title>');
    const refused = await other.evaluate(
      (address) =>
        fetch(`${address}/batch`, { method: 'POST', headers: { authorization: 'Basic YTpi' } }).catch(String),
      url,
    );
    expect(refused).toMatch(/TypeError: Failed to fetch/);
  });
});
