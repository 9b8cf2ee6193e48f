import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { SamplePlugin } from '../sample-plugin.fixture.ts';
import { buildPlugin, buildUpdate } from '../testing.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const serve = async () => {
  const { plugin } = buildPlugin(() => new SamplePlugin());
  const server = createServer(plugin.app);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { app: plugin.app, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

it('serves routes of an author’s own, with a parsed body', async () => {
  const { app, url } = await serve();
  app.post('/v1/my_route', (request, response) => response.status(201).json({ got: request.body }));
  app.get('/v1/text', (_request, response) => response.send('hello'));
  app.delete('/v1/object', async (_request, response) => response.send({ a: 1 }));
  app.put('/v1/broken', () => Promise.reject(new Error('inside')));
  const created = await fetch(`${url}/v1/my_route`, { method: 'POST', body: '{"a":1}' });
  expect([created.status, await created.json()]).toEqual([201, { got: { a: 1 } }]);
  const text = await fetch(`${url}/v1/text?with=query`);
  expect([text.headers.get('content-type'), await text.text()]).toEqual(['text/plain; charset=utf-8', 'hello']);
  expect(await (await fetch(`${url}/v1/object`, { method: 'DELETE' })).json()).toEqual({ a: 1 });
  const broken = await fetch(`${url}/v1/broken`, { method: 'PUT', body: '{}' });
  expect(broken.status).toBe(500);
  expect(await broken.text()).not.toContain('inside');
});

it('refuses middleware, and says where it belongs', async () => {
  const { app } = await serve();
  expect(() => app.use(() => {})).toThrow(expect.objectContaining({ code: 'unsupported' }));
});

it('goes on when a client goes away in the middle of its body', async () => {
  const { url } = await serve();
  const { connect } = await import('node:net');
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('POST /v1/user_segment_update HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"feed');
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.destroy();
  const answer = await fetch(`${url}/v1/user_segment_update`, { method: 'POST', body: JSON.stringify(buildUpdate()) });
  expect(answer.status).toBe(200);
});

it('reads a body in many pieces, with a byte order mark', async () => {
  const { url } = await serve();
  const bytes = Buffer.from(`\ufeff${JSON.stringify(buildUpdate())}`);
  const pieces = new ReadableStream({
    async start(controller) {
      for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  const answer = await fetch(`${url}/v1/user_segment_update`, {
    method: 'POST',
    body: pieces,
    duplex: 'half',
  } as RequestInit);
  expect(answer.status).toBe(200);
});

it('answers HEAD as GET, without the body', async () => {
  const { url } = await serve();
  const head = await fetch(`${url}/v1/status`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect((await fetch(`${url}/v1/user_segment_update`, { method: 'HEAD' })).status).toBe(405);
});
