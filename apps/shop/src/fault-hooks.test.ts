import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FaultKind } from './faults.ts';
import { buildShop } from './server.ts';

const authorization = `Basic ${Buffer.from('a:b').toString('base64')}`;
const headers = { authorization, accept: 'application/json', 'content-type': 'application/json' };

let dataDir: string;
let server: FastifyInstance;
let url: string;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'shop-faults-'));
  server = await buildShop({ dataDir, credentials: { user: 'a', password: 'b' } });
  url = await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true });
});

const send = (fault?: string) =>
  fetch(`${url}/batch`, {
    method: 'POST',
    headers: fault === undefined ? headers : { ...headers, 'x-shop-fault': fault },
    body: JSON.stringify({ data: { requests: [{ method: 'POST', uri: '/products/a', data: { sku: 'a' } }] } }),
    redirect: 'manual',
  });

const isCarriedOut = async () => (await fetch(`${url}/products/a`, { headers })).status === 200;

it.each<[FaultKind | '429=7', number, boolean]>([
  ['429=7', 429, false],
  ['500', 500, false],
  ['503', 503, false],
  ['504-before', 504, false],
  ['308', 308, false],
  ['504-after', 504, true],
])('%s answers %i; carried out: %s', async (fault, status, carriedOut) => {
  const answer = await send(fault);
  expect(answer.status).toBe(status);
  if (status === 429) expect(answer.headers.get('retry-after')).toBe('7');
  if (status === 308) expect(answer.headers.get('location')).toMatch(/^https:/);
  await answer.text();
  expect(await isCarriedOut()).toBe(carriedOut);
});

it('drops the connection before the request, or in the middle of the answer', async () => {
  await expect(send('drop-before')).rejects.toThrow();
  expect(await isCarriedOut()).toBe(false);
  const answer = await send('drop');
  expect(answer.status).toBe(200);
  await expect(answer.text()).rejects.toThrow();
  expect(await isCarriedOut()).toBe(true);
});

it('answers late', async () => {
  const start = performance.now();
  expect((await send('slow=150')).status).toBe(200);
  expect(performance.now() - start).toBeGreaterThan(140);
});

it('collapses lists of one, writes the status as text, loses a part, breaks the JSON', async () => {
  const response = { header: { statusCode: 201 }, body: expect.objectContaining({ id: 'a' }) };
  const part = { method: 'POST', uri: '/products/a', response };
  expect(await (await send('collapse')).json()).toEqual({ requests: { request: part } });
  const text = (await (await send('status-text')).json()) as {
    requests: { request: { response: { header: object } }[] };
  };
  expect(text.requests.request[0]?.response.header).toEqual({ statusCode: '200' });
  expect(await (await send('missing-part')).json()).toEqual({ requests: { request: [] } });
  const broken = await send('invalid-json');
  expect(broken.status).toBe(200);
  await expect(broken.json()).rejects.toThrow(SyntaxError);
});

it('carries out what was ordered for the next requests, in order, and no more', async () => {
  const order = { faults: [{ kind: 'none' }, { kind: '503', times: 2 }, { kind: '429' }] };
  const ordered = await fetch(`${url}/admin/faults`, { method: 'POST', headers, body: JSON.stringify(order) });
  expect(await ordered.json()).toEqual({ pending: 4 });
  const statuses: number[] = [];
  for (let index = 0; index < 5; index++) statuses.push((await send()).status);
  expect(statuses).toEqual([200, 503, 503, 429, 200]);
});

it('forgets what was ordered, and refuses what there is not', async () => {
  const order = (body: object) => fetch(`${url}/admin/faults`, { method: 'POST', headers, body: JSON.stringify(body) });
  await order({ faults: [{ kind: '503', times: 9 }] });
  const { 'content-type': _, ...bodiless } = headers;
  expect(await (await fetch(`${url}/admin/faults`, { method: 'DELETE', headers: bodiless })).json()).toEqual({
    pending: 0,
  });
  expect((await send()).status).toBe(200);
  expect((await order({ faults: [{ kind: 'meteor' }] })).status).toBe(400);
  expect((await send('meteor')).status).toBe(400);
});
