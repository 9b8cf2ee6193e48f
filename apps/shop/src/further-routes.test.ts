import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildShop } from './server.ts';

type Tree = Record<string, unknown>;
const authorization = `Basic ${Buffer.from('a:b').toString('base64')}`;
const application = { id: 'app', secret: 'hush', scope: 'store.file:read' };

let dataDir: string;
let server: FastifyInstance;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'shop-further-'));
  server = await buildShop({ dataDir, credentials: { user: 'a', password: 'b' }, applications: [application] });
});
afterEach(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true });
});

const call = async (method: 'GET' | 'POST' | 'DELETE', url: string, data?: Tree, proof = authorization) => {
  const answer = await server.inject({
    method,
    url,
    headers: { authorization: proof, accept: 'application/json', host: 'shop.test' },
    ...(data && { payload: { data } }),
  });
  return { status: answer.statusCode, body: (answer.payload === '' ? {} : answer.json()) as Tree };
};
const refusal = (status: number, error: number) => ({ status, body: { error } });

describe('files', () => {
  const path = '/files?type=image&filePath=product/pine(1).jpg';
  const file = { type: 'image', filePath: 'product/pine(1).jpg', attachment: 'cGluZQ==' };

  it('are put, read, replaced and deleted by type and path', async () => {
    expect(await call('GET', path)).toMatchObject(refusal(404, 40401));
    expect(await call('POST', '/files', file)).toEqual({ status: 204, body: {} });
    expect(await call('POST', '/files', { ...file, attachment: 'b2Fr' })).toEqual({ status: 204, body: {} });
    expect(await call('GET', path)).toEqual({ status: 200, body: { ...file, attachment: 'b2Fr' } });
    expect((await call('GET', path.replace('image', 'download'))).status).toBe(404);
    expect((await call('DELETE', path)).status).toBe(204);
    expect(await call('DELETE', path)).toMatchObject(refusal(404, 40401));
  });

  it.each<[string, Tree, number]>([
    ['without a path', { ...file, filePath: undefined }, 40003],
    ['without content', { ...file, attachment: '' }, 40003],
    ['of another type', { ...file, type: 'text' }, 40005],
    ['outside its folder', { ...file, filePath: '../shop.db' }, 40005],
    ['on an absolute path', { ...file, filePath: '/etc/passwd' }, 40005],
    ['with other letters', { ...file, filePath: 'fenyő.jpg' }, 40005],
    ['that is no base64', { ...file, attachment: '<pine>' }, 40005],
    ['with more to it', { ...file, size: 1 }, 40005],
  ])('are refused %s', async (_, data, error) => {
    expect(await call('POST', '/files', data)).toMatchObject(refusal(400, error));
  });

  it('need their scopes, in a batch too', async () => {
    const token = await server.inject({
      method: 'POST',
      url: '/demo/app/token',
      payload: { grant_type: 'client_credentials', client_id: 'app', client_secret: 'hush' },
    });
    const proof = `Bearer ${(token.json() as { access_token: string }).access_token}`;
    const batch = (...requests: Tree[]) => call('POST', '/batch', { requests }, proof);
    expect((await call('GET', path, undefined, proof)).status).toBe(404);
    expect((await call('POST', '/files', file, proof)).status).toBe(401);
    expect((await batch({ method: 'GET', uri: path })).status).toBe(200);
    expect((await batch({ method: 'GET', uri: path }, { method: 'DELETE', uri: path })).status).toBe(401);
    expect((await batch({ method: 'POST', uri: '/reloadOrderUrls', data: {} })).status).toBe(401);
  });
});

describe('reloadOrderUrls', () => {
  it('gives the address of an order, the same each time', async () => {
    await call('POST', '/orders', { id: 'o-1', firstname: 'Anna' });
    await call('POST', '/orders', { id: 'o-2', firstname: 'Anna' });
    const { status, body } = await call('POST', '/reloadOrderUrls', { order: { id: 'o-1' } });
    expect(status).toBe(200);
    expect(body).toEqual({ url: expect.stringMatching(/^http:\/\/shop\.test\/reload-order\/[0-9a-f]{64}$/) });
    expect((await call('POST', '/reloadUrl', { order: { id: 'o-1' } })).body).toEqual(body);
    expect((await call('POST', '/reloadOrderUrls', { order: { id: 'o-2' } })).body).not.toEqual(body);
  });

  it.each<[string, Tree, number]>([
    ['no order', {}, 40003],
    ['an order that is none', { order: 'o-1' }, 40003],
    ['an unknown order', { order: { id: 'o-9' } }, 40007],
  ])('refuses %s', async (_, data, error) => {
    expect(await call('POST', '/reloadOrderUrls', data)).toMatchObject(refusal(400, error));
  });
});
