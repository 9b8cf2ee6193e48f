import { Readable } from 'node:stream';
import type { BatchAnswer } from '@batchfeed/schemas';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { shopBatch } from './shop-batch.ts';

let server: FastifyInstance;
afterEach(() => server.close());

/** Runs requests through routes of one's own, and gives the status and body of each part. */
const run = async (routes: (server: FastifyInstance) => void, requests: object[], options: object = {}) => {
  server = Fastify(options);
  await server.register(shopBatch);
  routes(server);
  const answer = await server.inject({
    method: 'POST',
    url: '/batch',
    headers: { accept: 'application/json' },
    payload: { data: { requests } },
  });
  return answer.json<BatchAnswer>().requests.request.map(({ response }) => [response.header.statusCode, response.body]);
};
const get = (uri: string) => ({ method: 'GET', uri });

// Everything a route of a real server may do with its request and its answer.
it.each<[string, (server: FastifyInstance) => void, [number, unknown]]>([
  [
    'a stream',
    (s) => s.get('/x', (_q, reply) => reply.type('application/json').send(Readable.from(['{"a":', '1}']))),
    [200, { a: 1 }],
  ],
  ['a web response', (s) => s.get('/x', async () => Response.json({ a: 1 }, { status: 202 })), [202, { a: 1 }]],
  ['a buffer', (s) => s.get('/x', (_q, reply) => reply.type('text/plain').send(Buffer.from('é'))), [200, 'é']],
  [
    'raw writes',
    (s) =>
      s.get('/x', (_q, reply) => {
        reply.hijack();
        reply.raw.setHeader('Content-Type', 'application/json');
        reply.raw.statusCode = 203;
        reply.raw.write('{"a"');
        reply.raw.end(':1}');
      }),
    [203, { a: 1 }],
  ],
  [
    'a raw head',
    (s) =>
      s.get('/x', (_q, reply) => {
        reply.hijack();
        reply.raw.writeHead(202, 'Fine', { 'Content-Type': 'text/plain' }).end('ok');
      }),
    [202, 'ok'],
  ],
  ['nothing', (s) => s.get('/x', (_q, reply) => reply.code(204).send()), [204, {}]],
  [
    'an error',
    (s) => s.get('/x', async () => Promise.reject(Object.assign(new Error('no'), { statusCode: 418 }))),
    [418, expect.objectContaining({ message: 'no' })],
  ],
  [
    'a stream that breaks',
    (s) =>
      s.get('/x', (_q, reply) =>
        reply.send(
          new Readable({
            read() {
              this.destroy(new Error('broken'));
            },
          }),
        ),
      ),
    [500, expect.anything()],
  ],
  [
    'a connection it closes',
    (s) =>
      s.get('/x', (_q, reply) => {
        reply.hijack();
        reply.raw.destroy();
      }),
    [502, expect.anything()],
  ],
  [
    'headers it reads',
    (s) => s.get('/x', async (request) => [request.raw.rawHeaders.includes('accept'), request.ip, request.host]),
    [200, [true, '127.0.0.1', 'localhost:80']],
  ],
])('takes what a route answers: %s', async (_, routes, expected) => {
  expect(await run(routes, [get('/x'), get('/none')])).toEqual([expected, [404, expect.anything()]]);
});

it('runs hooks, validation and the error handler of the route', async () => {
  const order: string[] = [];
  const routes = (s: FastifyInstance) => {
    s.addHook('preHandler', async () => void order.push('preHandler'));
    s.addHook('onResponse', async () => void order.push('onResponse'));
    s.setErrorHandler((error, _request, reply) => reply.code(422).send({ handled: (error as Error).message }));
    const body = { type: 'object', required: ['data'], properties: { data: { type: 'object', required: ['sku'] } } };
    s.post('/x', { schema: { body } }, async () => ({ fine: true }));
  };
  const post = (data: object) => ({ method: 'POST', uri: '/x', data });
  expect(await run(routes, [post({ sku: '1' }), post({ name: '2' })])).toEqual([
    [200, { fine: true }],
    [422, { handled: expect.stringContaining('sku') }],
  ]);
  expect(order.filter((name) => name === 'preHandler')).toHaveLength(2);
});

it('refuses a batch inside a batch that comes by another way', async () => {
  const rewriteUrl = ({ url = '' }) => (url === '/alias' ? '/batch' : url);
  const nested = { method: 'POST', uri: '/alias', data: { requests: [get('/x')] } };
  expect(await run((s) => s.get('/x', async () => ({})), [nested], { rewriteUrl })).toEqual([
    [400, { error: 40005, message: 'Wrong data! uri: a batch cannot contain a batch' }],
  ]);
});

it('knows its parts, and no request that only says it is one', async () => {
  const routes = (s: FastifyInstance) => s.get('/x', async (request) => ({ index: request.batchPart?.index ?? null }));
  expect(await run(routes, [get('/x'), get('/x')])).toEqual([
    [200, { index: 0 }],
    [200, { index: 1 }],
  ]);
  const alone = await server.inject({ url: '/x', headers: { 'x-shop-batch-part': '0' } });
  expect(alone.json()).toEqual({ index: null });
});
