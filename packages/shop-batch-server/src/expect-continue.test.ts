import { once } from 'node:events';
import { connect } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { shopBatch } from './shop-batch.ts';

let server: FastifyInstance;
let port: number;
beforeEach(async () => {
  server = Fastify({ bodyLimit: 1_000 });
  await server.register(shopBatch, { maxBytes: 1_000 });
  server.addHook('onRequest', async (request, reply) => {
    if (request.headers.authorization === 'none') return reply.code(401).send({ message: 'no' });
  });
  server.get('/x', async () => ({ x: 1 }));
  server.post('/x', async ({ body }) => body);
  port = Number(new URL(await server.listen({ port: 0, host: '127.0.0.1' })).port);
});
afterEach(() => server.close());

/** Sends the head, and the body when it is asked for; returns all that came back. */
const send = async (path: string, body: string, headers = '', length = body.length): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => {
    answer += data;
    if (answer.endsWith('HTTP/1.1 100 Continue\r\n\r\n')) socket.write(body);
  });
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nContent-Type: application/json\r\n` +
      `Expect: 100-continue\r\nConnection: close\r\n${headers}Content-Length: ${length}\r\n\r\n`,
  );
  await once(socket, 'close');
  return answer;
};

const batch = JSON.stringify({ data: { requests: [{ method: 'GET', uri: '/x' }] } });

it.each(['/batch', '/x'])('asks for the body that it wants to read: %s', async (path) => {
  const answer = await send(path, batch);
  expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  expect(answer.match(/100 Continue/g)).toHaveLength(1);
});

it.each<[string, string, string, number, string]>([
  ['a batch too large', '/batch', '', 40_000_000, '400 Bad Request'],
  ['a single body too large', '/x', '', 40_000_000, '413 Payload Too Large'],
  ['a caller unknown', '/batch', 'Authorization: none\r\n', 100, '401 Unauthorized'],
  ['a compressed body', '/batch', 'Content-Encoding: gzip\r\n', 100, '400 Bad Request'],
])('refuses before the body: %s', async (_, path, headers, length, status) => {
  const answer = await send(path, '{}', headers, length);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status}\\r\\n`));
  expect(answer).not.toContain('100 Continue');
});

it('leaves the matter to the application where it has a listener of its own', async () => {
  const own = Fastify();
  own.server.on('checkContinue', (_request, response) => response.writeHead(417).end());
  await own.register(shopBatch);
  port = Number(new URL(await own.listen({ port: 0, host: '127.0.0.1' })).port);
  expect(await send('/batch', batch)).toMatch(/^HTTP\/1\.1 417 /);
  await own.close();
});
