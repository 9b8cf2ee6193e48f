import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildShop } from './server.ts';

const json = { accept: 'application/json', 'content-type': 'application/json' };
const basic = { ...json, authorization: `Basic ${Buffer.from('a:b').toString('base64')}` };
const application = {
  id: 'app',
  secret: 'hush',
  scope: 'product.category:read product.category:write product.product:read',
};

let dataDir: string;
let server: FastifyInstance;
let url: string;

const open = async (requestsPerSecond = 0) => {
  server = await buildShop({
    dataDir,
    credentials: { user: 'a', password: 'b' },
    applications: [application],
    requestsPerSecond,
  });
  url = await server.listen({ port: 0, host: '127.0.0.1' });
};
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'shop-access-'));
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await server.close();
  rmSync(dataDir, { recursive: true });
});

const askToken = (body: object) =>
  fetch(`${url}/demo/app/token`, { method: 'POST', headers: json, body: JSON.stringify(body) });
const proof = { grant_type: 'client_credentials', client_id: 'app', client_secret: 'hush' };
const bearer = async () => {
  const { access_token } = (await (await askToken(proof)).json()) as { access_token: string };
  return { ...json, authorization: `Bearer ${access_token}` };
};
const get = (path: string, headers: Record<string, string>) =>
  fetch(`${url}${path}`, { headers }).then(({ status }) => status);

describe('tokens', () => {
  beforeEach(() => open());

  it('are issued for client credentials', async () => {
    const answer = await askToken(proof);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ token_type: 'Bearer', expires_in: 3_600, access_token: expect.any(String) });
    expect(await get('/categories', await bearer())).toBe(200);
  });

  it('are kept valid across a restart by a secret that only its owner can read', async () => {
    const headers = await bearer();
    await server.close();
    await open();
    expect(await get('/categories', headers)).toBe(200);
    expect(statSync(join(dataDir, 'token-secret')).mode & 0o777).toBe(0o600);
  });

  it('protect data that nobody else on the machine can read either', () => {
    const names = readdirSync(dataDir);
    expect(names).toContain('shop.db-wal');
    for (const name of names) expect(statSync(join(dataDir, name)).mode & 0o077, name).toBe(0);
  });

  it('end after an hour', async () => {
    const headers = await bearer();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_601_000 });
    expect(await get('/categories', headers)).toBe(401);
  });

  it.each([
    ['another grant', { ...proof, grant_type: 'password' }, 400, 'invalid_request'],
    ['no client', { grant_type: 'client_credentials' }, 400, 'invalid_request'],
    ['a wrong secret', { ...proof, client_secret: 'loud' }, 401, 'invalid_client'],
    ['an unknown client', { ...proof, client_id: 'other' }, 401, 'invalid_client'],
  ])('are refused for %s', async (_, body, status, error) => {
    const answer = await askToken(body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error });
  });
});

describe('scopes', () => {
  beforeEach(() => open());

  it('are granted per resource and method', async () => {
    const headers = await bearer();
    const post = (path: string, data: object) =>
      fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify({ data }) }).then(({ status }) => status);
    expect(await post('/categories/a', { sortOrder: '1' })).toBe(201);
    expect(await get('/products', headers)).toBe(200);
    expect(await post('/products/a', { sku: 'a' })).toBe(401);
    expect(await get('/customers', headers)).toBe(401);
  });

  it.each(['/products/a', '/%70roducts/a', '/products/a?x=1'])(
    'are checked for every request of a batch before the first: %s',
    async (uri) => {
      const headers = await bearer();
      const requests = [
        { method: 'POST', uri: '/categories/b', data: { sortOrder: '1' } },
        { method: 'DELETE', uri },
      ];
      const answer = await fetch(`${url}/batch`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ data: { requests } }),
      });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ error: 40101 });
      expect(await get('/categories/b', headers)).toBe(404);
    },
  );
});

describe('what is no resource', () => {
  beforeEach(() => open());

  it('is out of reach of applications', async () => {
    const headers = await bearer();
    expect(await get('/admin/statistics', headers)).toBe(401);
    expect(await get('/admin/faults', headers)).toBe(401);
    expect(await get('/admin/statistics', basic)).toBe(200);
    expect(await get('/admin/faults', basic)).toBe(200);
  });

  it('is out of reach of a batch', async () => {
    const requests = [
      { method: 'GET', uri: '/admin/statistics' },
      { method: 'GET', uri: '/admin/faults' },
      { method: 'POST', uri: '/admin/faults', data: { faults: [{ kind: '500' }] } },
      { method: 'POST', uri: '/demo/app/token', data: proof },
      { method: 'POST', uri: '/demo/%61pp/token', data: proof },
    ];
    const body = JSON.stringify({ data: { requests } });
    const answer = await fetch(`${url}/batch`, { method: 'POST', headers: basic, body });
    const { requests: parts } = (await answer.json()) as {
      requests: { request: { response: { header: { statusCode: number } } }[] };
    };
    expect(parts.request.map(({ response }) => response.header.statusCode)).toEqual(requests.map(() => 404));
  });
});

describe('the rate limit', () => {
  it('is three calls a second per application, a batch being one call', async () => {
    await open(3);
    // All within one moment, however slow the machine.
    vi.spyOn(performance, 'now').mockReturnValue(1_000);
    const requests = Array.from({ length: 20 }, () => ({ method: 'GET', uri: '/categories' }));
    const send = (headers: Record<string, string>) =>
      fetch(`${url}/batch`, { method: 'POST', headers, body: JSON.stringify({ data: { requests } }) });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => send(basic)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect(refused?.headers.get('content-type')).toBe('application/json');
    expect((await send(await bearer())).status).toBe(200);
  });
});
