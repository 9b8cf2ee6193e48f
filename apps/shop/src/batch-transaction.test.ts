import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchAnswer } from '@batchfeed/schemas';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildShop } from './server.ts';

const authorization = `Basic ${Buffer.from('a:b').toString('base64')}`;
const headers = { authorization, accept: 'application/json', 'content-type': 'application/json' };

let dataDir: string;
let server: FastifyInstance;
let url: string;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'shop-transaction-'));
  server = await buildShop({ dataDir, credentials: { user: 'a', password: 'b' }, allOrNothing: true });
  url = await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true });
});

const post = (path: string, data: unknown, signal?: AbortSignal) =>
  fetch(url + path, { method: 'POST', headers, body: JSON.stringify({ data }), signal: signal ?? null });
const create = (sku: string) => ({ method: 'POST', uri: `/products/${sku}`, data: { sku } });
const batch = async (requests: unknown[]) => {
  const { requests: answer } = (await (await post('/batch', { requests })).json()) as BatchAnswer;
  return answer.request.map(({ response }) => response.header.statusCode);
};
const skus = async () => {
  const answer = await fetch(`${url}/products?full=1&limit=200`, { headers });
  return ((await answer.json()) as { items: { sku: string }[] }).items.map(({ sku }) => sku);
};

it('keeps all requests of a batch, or none', async () => {
  expect(await batch([create('a'), create('b')])).toEqual([201, 201]);
  expect(await batch([create('c'), { method: 'GET', uri: '/products/none' }, create('d')])).toEqual([503, 404, 503]);
  expect(await skus()).toEqual(['a', 'b']);
  // What was undone can be done again.
  expect(await batch([create('c')])).toEqual([201]);
});

it('keeps batches and single calls apart that come at the same time', async () => {
  const failing = (n: number) => batch([...Array.from({ length: 20 }, (_, i) => create(`bad-${n}-${i}`)), create('')]);
  const working = (n: number) => batch(Array.from({ length: 20 }, (_, i) => create(`good-${n}-${i}`)));
  const single = async (n: number) => {
    expect((await post(`/products/one-${n}`, { sku: `one-${n}` })).status).toBe(201);
    return [];
  };
  const stranger = async () => {
    expect((await fetch(`${url}/products`)).status).toBe(401);
    return [];
  };
  const turns = Array.from({ length: 8 }, (_, n) => [failing(n), stranger(), working(n), single(n), skus()]).flat();
  for (const seen of await Promise.all(turns)) {
    // Nobody ever saw what was undone later.
    expect(seen.filter((sku) => String(sku).startsWith('bad'))).toEqual([]);
  }
  const kept = await skus();
  expect(kept.filter((sku) => sku.startsWith('good'))).toHaveLength(160);
  expect(kept.filter((sku) => sku.startsWith('one'))).toHaveLength(8);
  expect(kept).toHaveLength(168);
});

it('keeps nothing of a batch whose caller hangs up, and goes on with the next', async () => {
  const requests = Array.from({ length: 1_000 }, (_, i) => create(`x-${i}`));
  const leaving = new AbortController();
  const answer = post('/batch', { requests }, leaving.signal);
  setTimeout(() => leaving.abort(), 15);
  await expect(answer).rejects.toThrow();
  expect(await batch([create('a')])).toEqual([201]);
  expect([['a'], [...requests.map(({ data }) => data.sku), 'a'].slice(0, 200)]).toContainEqual(await skus());
});
