import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { shopServerErrors } from './server-errors.ts';
import { shopBatch } from './shop-batch.ts';

let server: FastifyInstance;
let port: number;
beforeEach(async () => {
  server = Fastify({
    ...shopServerErrors,
    requestTimeout: 600,
    http: { headersTimeout: 300, connectionsCheckingInterval: 50 },
  });
  await server.register(shopBatch, { bodyTimeoutMs: 200 });
  server.get('/things/:id', async ({ params }) => params);
  server.post('/things', async ({ body }) => body);
  server.get('/long', async (_request, reply) => {
    reply.raw.writeHead(200, { 'content-length': 10 });
    reply.raw.write('12345');
    return reply.hijack();
  });
  port = Number(new URL(await server.listen({ port: 0, host: '127.0.0.1' })).port);
});
afterEach(() => server.close());

/** Sends pieces, one every 50 ms, until the server closes the connection; returns what came back, and after how long. */
const send = async (pieces: Iterable<string>) => {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  const startedAt = performance.now();
  let answer = '';
  socket.on('data', (data) => (answer += data)).on('error', () => {});
  const closed = once(socket, 'close');
  for (const piece of pieces) {
    if (socket.destroyed || !socket.writable) break;
    socket.write(piece);
    await Promise.race([sleep(50), closed]);
  }
  await closed;
  return { answer, milliseconds: performance.now() - startedAt };
};

function* slowly(head: string, rest: string, times = 200) {
  yield head;
  for (let n = 0; n < times; n += 1) yield rest;
}

const refusal = (status: number, text: string) =>
  new RegExp(`^HTTP/1\\.1 ${status} [^]*\r\ncontent-type: application/xml\r\n[^]*<message><!\\[CDATA\\[${text}`, 'i');

it.each([
  ['no HTTP at all', 'HELLO\r\n\r\n', 400, 'Wrong data! The request is not valid HTTP'],
  ['a header without a colon', 'GET /things/1 HTTP/1.1\r\nHost: x\r\nbroken\r\n\r\n', 400, 'Wrong data!'],
  [
    'two lengths that contradict each other',
    'POST /batch HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'Wrong data!',
  ],
  ['headers too large', `GET / HTTP/1.1\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, 431, 'The headers of the request'],
])('answers %s in the shape of the answers', async (_, text, status, message) => {
  expect((await send([text])).answer).toMatch(refusal(status, message));
});

it.each(['/things/%zz', '/things/%ff', `/things/${'a'.repeat(200)}`])('answers the URI %s likewise', async (uri) => {
  const answer = await fetch(`http://127.0.0.1:${port}${uri}`, { headers: { accept: 'application/json' } });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ error: 40005, message: expect.stringContaining('URI') });
});

it('gives up headers that trickle in', async () => {
  const { answer, milliseconds } = await send(slowly('POST /batch HTTP/1.1\r\nHost: x\r\n', 'X-Slow: 1\r\n'));
  expect(answer).toMatch(refusal(408, 'The request did not arrive in time'));
  expect(milliseconds).toBeLessThan(5_000);
});

it.each([
  ['a batch', '/batch', 'The request body did not arrive in time'],
  ['a single request', '/things', 'The request did not arrive in time'],
])('gives up a body that trickles in: %s', async (_, path, message) => {
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{`;
  const { answer, milliseconds } = await send(slowly(head, ' '));
  expect(answer).toMatch(refusal(408, message));
  expect(milliseconds).toBeLessThan(5_900);
});

it('writes nothing into an answer that is under way', async () => {
  const { answer } = await send(['GET /long HTTP/1.1\r\nHost: x\r\n\r\n', 'HELLO\r\n\r\n']);
  expect(answer).toMatch(/\r\n12345$/);
});
