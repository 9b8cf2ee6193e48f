import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchAnswer } from '@batchfeed/schemas';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ShopBatchOptions } from './options.ts';
import { proxyTo } from './proxy.ts';
import { shopBatch } from './shop-batch.ts';

let remote: FastifyInstance;
let front: FastifyInstance;
let remoteUrl: string;
let connections: Set<unknown>;
let seen: string[];

beforeEach(async () => {
  connections = new Set();
  seen = [];
  remote = Fastify({ forceCloseConnections: true });
  remote.addHook('onRequest', async (request) => {
    connections.add(request.raw.socket);
    seen.push(`${request.method} ${request.url}`);
  });
  remote.get('/echo/*', async (request) => ({ url: request.url, headers: request.headers }));
  remote.post('/echo/*', async (request, reply) => reply.code(201).send(request.body));
  remote.get('/moved', async (_request, reply) => reply.redirect('/echo/x', 308));
  remote.get('/cut', async (request) => request.raw.socket.destroy());
  remote.get('/slow', async () => sleep(3_000, {}));
  remote.get('/long', async () => 'x'.repeat(2_000));
  remoteUrl = await remote.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  await front.close();
  await remote.close();
});

const start = async (options: ShopBatchOptions) => {
  front = Fastify({ forceCloseConnections: true });
  await front.register(shopBatch, options);
  return front.listen({ port: 0, host: '127.0.0.1' });
};

const run = async (url: string, requests: object[]) => {
  const answer = await fetch(`${url}/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', authorization: 'Bearer x' },
    body: JSON.stringify({ data: { requests } }),
  });
  const { requests: parts } = (await answer.json()) as BatchAnswer;
  return parts.request.map(({ response }) => ({ status: response.header.statusCode, body: response.body }));
};
const gets = (...uris: string[]) => uris.map((uri) => ({ method: 'GET', uri }));

describe('proxyTo', () => {
  it('sends every request on, with the identity of the caller, over one connection', async () => {
    const url = await start(proxyTo([remoteUrl]));
    const parts = await run(url, [
      { method: 'GET', uri: `${remoteUrl}/echo/a%20b?x=1` },
      { method: 'POST', uri: '/echo/c', data: { sku: '007' } },
      { method: 'GET', uri: `${url}/echo/d` },
    ]);
    expect(parts).toMatchObject([
      {
        status: 200,
        body: {
          url: '/echo/a%20b?x=1',
          headers: { authorization: 'Bearer x', host: new URL(remoteUrl).host, 'x-forwarded-for': '127.0.0.1' },
        },
      },
      { status: 201, body: { data: { sku: '007' } } },
      { status: 200, body: { url: '/echo/d' } },
    ]);
    expect(connections.size).toBe(1);
  });

  it('sends nothing to an origin that is not on the list', async () => {
    const url = await start(proxyTo(['http://127.0.0.1:1']));
    expect(await run(url, gets(`${remoteUrl}/echo/a`))).toMatchObject([{ status: 400, body: { error: 40005 } }]);
    expect(seen).toEqual([]);
  });

  it('chooses the origin by the host of the URI', async () => {
    const url = await start(proxyTo(['http://127.0.0.1:1', remoteUrl]));
    expect(await run(url, gets('/echo/a', `${remoteUrl}/echo/b`))).toMatchObject([{ status: 502 }, { status: 200 }]);
  });

  it('does not follow redirects, and isolates a connection that breaks', async () => {
    const url = await start(proxyTo([remoteUrl]));
    expect(await run(url, gets('/moved', '/cut', '/echo/a'))).toMatchObject([
      { status: 308 },
      { status: 502 },
      { status: 200 },
    ]);
    expect(seen).toEqual(['GET /moved', 'GET /cut', 'GET /echo/a']);
  });

  it('gives up at the deadline and on an answer that is too long', async () => {
    const url = await start({ ...proxyTo([remoteUrl], { maxAnswerBytes: 1_000 }), partTimeoutMs: 1_000 });
    expect(await run(url, gets('/slow', '/long', '/moved'))).toMatchObject([
      { status: 504 },
      { status: 502 },
      { status: 308 },
    ]);
  });

  it.each(['shop.example', 'ftp://shop.example', 'https://shop.example/api', 'https://user@shop.example', ''])(
    'refuses the origin %j',
    (origin) => {
      expect(() => proxyTo([origin])).toThrow(TypeError);
    },
  );
});
