import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type BatchAnswer, shopLimits } from '@batchfeed/schemas';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import type { ShopBatchOptions } from './options.ts';
import { shopBatch } from './shop-batch.ts';

const authorization = `Basic ${Buffer.from('user:word').toString('base64')}`;
const json = { 'content-type': 'application/json', accept: 'application/json', authorization };

let server: FastifyInstance;
let seen: string[];
afterEach(() => server.close());

/** A small API behind the batch endpoint: it notes what reaches it. */
const start = async (options: ShopBatchOptions = {}): Promise<string> => {
  server = Fastify({ forceCloseConnections: true, bodyLimit: shopLimits.maxPostBytes });
  seen = [];
  await server.register(shopBatch, options);
  server.addHook('onRequest', async (request, reply) => {
    if (request.headers.authorization === undefined) return reply.code(401).send({ message: 'who?' });
  });
  server.addHook('preHandler', async (request) => {
    seen.push(`${request.method} ${request.url}`);
  });
  server.get('/things/:id', async (request) => ({
    ...(request.params as object),
    user: request.headers.authorization,
    index: request.batchPart?.index,
    ip: request.ip,
  }));
  server.post('/things/:id', async (request, reply) => reply.code(201).send(request.body));
  server.put('/things/:id', async (request) => request.body);
  server.delete('/things/:id', async (_request, reply) => reply.code(204).send());
  server.get('/text', async (_request, reply) => reply.type('text/plain').send('plain'));
  server.get('/broken', async (_request, reply) => reply.type('application/json').send('{"a":'));
  server.get('/crash', async () => {
    throw new Error('the password is hunter2');
  });
  server.get('/slow', async () => sleep(300, { slow: true }));
  server.get('/hang', () => new Promise(() => {}));
  return server.listen({ port: 0, host: '127.0.0.1' });
};

type Body = NonNullable<RequestInit['body']>;

const post = (url: string, body: Body, headers: Record<string, string> = json) =>
  fetch(`${url}/batch`, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);

const run = async (url: string, requests: unknown[]) => {
  const response = await post(url, JSON.stringify({ data: { requests } }));
  expect(response.status).toBe(200);
  return ((await response.json()) as BatchAnswer).requests.request;
};
const statuses = (parts: BatchAnswer['requests']['request']) => parts.map((part) => part.response.header.statusCode);

describe('a batch', () => {
  it('runs every request in order, through the whole route, and answers as documented', async () => {
    const url = await start();
    const requests = [
      { method: 'POST', uri: `${url}/things/1`, data: { sku: '007', nested: { a: [1] } } },
      { method: 'GET', uri: `${url}/things/1?full=1` },
      { method: 'PUT', uri: '/things/1', data: { status: 0 } },
      { method: 'DELETE', uri: `${url}/things/1` },
      { method: 'GET', uri: `${url}/nowhere` },
      { method: 'GET', uri: `${url}/text` },
    ];
    const parts = await run(url, requests);
    expect(parts.map(({ method, uri }) => ({ method, uri }))).toEqual(
      requests.map(({ method, uri }) => ({ method, uri })),
    );
    expect(statuses(parts)).toEqual([201, 200, 200, 204, 404, 200]);
    expect(parts.map((part) => part.response.body)).toMatchObject([
      { data: { sku: '007', nested: { a: [1] } } },
      { id: '1', user: authorization, index: 1, ip: '127.0.0.1' },
      { data: { status: 0 } },
      {},
      { statusCode: 404 },
      'plain',
    ]);
    expect(seen).toEqual([
      'POST /batch',
      'POST /things/1',
      'GET /things/1?full=1',
      'PUT /things/1',
      'DELETE /things/1',
      'GET /nowhere',
      'GET /text',
    ]);
  });

  it('answers XML unless JSON is asked for, refusals too', async () => {
    const url = await start();
    const headers = { 'content-type': 'application/json', authorization };
    const answer = await post(url, JSON.stringify({ data: { requests: [{ method: 'GET', uri: '/text' }] } }), headers);
    expect(answer.headers.get('content-type')).toBe('application/xml');
    expect(await answer.text()).toBe(
      '<response><requests><request><method><![CDATA[GET]]></method><uri><![CDATA[/text]]></uri><response><header>' +
        '<statusCode>200</statusCode></header><body><![CDATA[plain]]></body></response></request></requests></response>',
    );
    const refusal = await post(url, '{}', headers);
    expect(refusal.status).toBe(400);
    expect(await refusal.text()).toBe(
      '<response><error>40001</error><message><![CDATA[Data parameter not found in POST/PUT!]]></message></response>',
    );
  });

  it('answers JSON as bare application/json', async () => {
    const url = await start();
    expect((await post(url, '{}')).headers.get('content-type')).toBe('application/json');
  });

  it('gives routes the bare fields when told so', async () => {
    const url = await start({ wrapData: false });
    const [part] = await run(url, [{ method: 'POST', uri: '/things/1', data: { a: 1 } }]);
    expect(part?.response.body).toEqual({ a: 1 });
  });

  it('isolates a failing request, and says nothing of its inside', async () => {
    const url = await start();
    const parts = await run(url, [
      { method: 'GET', uri: '/crash' },
      { method: 'GET', uri: '/broken' },
      { method: 'GET', uri: 'http://other.test/things/1' },
      { method: 'GET', uri: '/things/../text' },
      { method: 'POST', uri: '/batch', data: { requests: [] } },
      { method: 'GET', uri: '/things/2' },
    ]);
    expect(statuses(parts)).toEqual([500, 502, 400, 400, 400, 200]);
    expect(parts[2]?.response.body).toEqual({ error: 40005, message: 'Wrong data! uri: the host is not this API' });
    expect(seen).toEqual(['POST /batch', 'GET /crash', 'GET /broken', 'GET /things/2']);
  });

  it('stops after a failure when told so', async () => {
    const url = await start({ stopOnFailure: true });
    const parts = await run(
      url,
      ['/things/1', '/nowhere', '/things/2'].map((uri) => ({ method: 'GET', uri })),
    );
    expect(statuses(parts)).toEqual([200, 404, 503]);
    expect(seen).not.toContain('GET /things/2');
  });

  it('wraps all requests in `around`, before the answer', async () => {
    const order: string[] = [];
    const url = await start({
      around: async (_envelope, requests) => {
        order.push('begin');
        await requests();
        order.push(`end after ${seen.length - 1}`);
      },
    });
    await run(url, [
      { method: 'GET', uri: '/text' },
      { method: 'GET', uri: '/text' },
    ]);
    expect(order).toEqual(['begin', 'end after 2']);
  });

  it('accepts further hosts that it is told of', async () => {
    const url = await start({ hosts: ['Shop.test'] });
    const parts = await run(
      url,
      ['https://shop.test/text', 'https://shop.test:444/text'].map((uri) => ({ method: 'GET', uri })),
    );
    expect(statuses(parts)).toEqual([200, 400]);
  });
});

describe('the order of checks', () => {
  const hostile = JSON.stringify({
    data: {
      requests: [
        { method: 'PATCH', uri: '/x' },
        { method: 'GET', uri: '/secret' },
      ],
    },
  });

  it('asks for authentication before anything of the body is read', async () => {
    const url = await start();
    expect((await post(url, 'not even json', { 'content-type': 'application/json' })).status).toBe(401);
  });

  it('asks for permission of every request before structure, and before any request starts', async () => {
    const url = await start({ permits: (_envelope, part) => part.path !== '/secret' });
    const answer = await post(url, hostile);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ error: 40101, message: 'You have no permission for this operation!' });
    const refused = await post(
      url,
      JSON.stringify({
        data: {
          requests: [
            { method: 'GET', uri: '/text' },
            { method: 'GET', uri: '/secret' },
          ],
        },
      }),
    );
    expect(refused.status).toBe(401);
    expect(seen).toEqual(['POST /batch', 'POST /batch']);
  });

  it('authorises exactly the string it routes', async () => {
    const asked: string[] = [];
    const url = await start({ permits: (_envelope, { method, target }) => asked.push(`${method} ${target}`) > 0 });
    await run(
      url,
      ['/things/á', '/things/a%20b?x="', `${url}/things/1`].map((uri) => ({ method: 'GET', uri })),
    );
    expect(seen.slice(1)).toEqual(asked);
    expect(asked).toHaveLength(3);
  });

  it('checks the structure before any request starts', async () => {
    const url = await start();
    const answer = await post(
      url,
      JSON.stringify({
        data: {
          requests: [
            { method: 'GET', uri: '/text' },
            { method: 'PATCH', uri: '/text' },
          ],
        },
      }),
    );
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: 40005,
      message: expect.stringContaining('data.requests[1].method'),
    });
    expect(seen).toEqual(['POST /batch']);
  });
});

describe('refusals', () => {
  const get = { method: 'GET', uri: '/text' };
  it.each<[string, string, number]>([
    ['no data', '{}', 40001],
    ['a list', '[]', 40001],
    ['data that is null', '{"data":null}', 40001],
    ['no requests', '{"data":{}}', 40005],
    ['an empty list of requests', '{"data":{"requests":[]}}', 40005],
    ['requests that are no list', '{"data":{"requests":{"0":{}}}}', 40005],
    ['a request that is no object', '{"data":{"requests":[1]}}', 40005],
    ['a method in lower case', '{"data":{"requests":[{"method":"get","uri":"/text"}]}}', 40005],
    ['a method with a line break', '{"data":{"requests":[{"method":"GET\\r\\nX: 1","uri":"/text"}]}}', 40005],
    ['a URI that is no text', '{"data":{"requests":[{"method":"GET","uri":["/text"]}]}}', 40005],
    ['data that is a text', '{"data":{"requests":[{"method":"POST","uri":"/things/1","data":"x"}]}}', 40005],
    ['broken JSON', '{"data":', 40005],
    ['__proto__', '{"data":{"requests":[{"method":"POST","uri":"/things/1","data":{"__proto__":{"a":1}}}]}}', 40005],
    [
      'deep nesting',
      `{"data":{"requests":[{"method":"POST","uri":"/things/1","data":{"a":${'['.repeat(32)}${']'.repeat(32)}}}]}}`,
      40005,
    ],
    ['too many requests', JSON.stringify({ data: { requests: Array(1_001).fill(get) } }), 40005],
    ['nothing', '', 40014],
  ])('refuses %s', async (_, body, error) => {
    const url = await start();
    const answer = await post(url, body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error });
    expect(seen).toEqual(['POST /batch']);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const url = await start();
    expect((await post(url, Buffer.from([0x7b, 0xff, 0x7d]))).status).toBe(400);
  });

  it.each([['text/plain'], ['application/xml'], ['rubbish']])('refuses the content type %s', async (type) => {
    const url = await start();
    const answer = await post(url, '{}', { ...json, 'content-type': type });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 40005 });
  });

  it('refuses a compressed body without unpacking it', async () => {
    const url = await start();
    const bomb = gzipSync(Buffer.alloc(10_000_000, ' '));
    const answer = await post(url, bomb, { ...json, 'content-encoding': 'gzip' });
    expect(answer.status).toBe(400);
  });

  it('refuses a body over the limit, announced or streamed', async () => {
    const url = await start({ maxBytes: 10_000 });
    const text = 'POST content length exceeds the limit of 10000 bytes.';
    const announced = await post(url, 'x'.repeat(10_001));
    expect(announced.status).toBe(400);
    expect(await announced.json()).toEqual({ error: 40013, message: text });
    let sent = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        sent += 1_000;
        if (sent > 5_000_000) controller.close();
        else controller.enqueue(new Uint8Array(1_000));
      },
    });
    const streamed = await post(url, endless);
    expect(streamed.status).toBe(400);
    expect(await streamed.json()).toEqual({ error: 40013, message: text });
  });

  it('accepts a body of exactly the limit', async () => {
    const body = JSON.stringify({ data: { requests: [get] } });
    const url = await start({ maxBytes: Buffer.byteLength(body) });
    expect((await post(url, body)).status).toBe(200);
  });

  it('gives up on a body that does not arrive', async () => {
    const url = await start({ bodyTimeoutMs: 100 });
    const { port } = new URL(url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(
        `POST /batch HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"d`,
      );
      socket.once('data', (data) => {
        socket.destroy();
        resolve(String(data));
      });
    });
    expect(answer).toMatch(/^HTTP\/1.1 408/);
  });
});

describe('forms', () => {
  const urlencoded = { ...json, 'content-type': 'application/x-www-form-urlencoded' };

  it('takes urlencoded fields with bracketed keys', async () => {
    const url = await start();
    const form = new URLSearchParams({
      'data[requests][0][method]': 'POST',
      'data[requests][0][uri]': `${url}/things/1`,
      'data[requests][0][data][sku]': '007',
      'data[requests][0][data][name]': 'Tőkés & társa',
      'data[requests][0][data][parent][id]': 'abc=',
      'data[requests][1][method]': 'GET',
      'data[requests][1][uri]': `${url}/text`,
    });
    const answer = await post(url, form.toString(), urlencoded);
    const parts = ((await answer.json()) as BatchAnswer).requests.request;
    expect(statuses(parts)).toEqual([201, 200]);
    expect(parts[0]?.response.body).toEqual({ data: { sku: '007', name: 'Tőkés & társa', parent: { id: 'abc=' } } });
  });

  it('takes multipart text parts with bracketed keys, long ones too', async () => {
    const url = await start();
    const form = new FormData();
    const long = 'á'.repeat(1_500_000);
    form.set('data[requests][0][method]', 'POST');
    form.set('data[requests][0][uri]', `${url}/things/1`);
    form.set('data[requests][0][data][picture]', long);
    const answer = await post(url, form, { accept: 'application/json', authorization });
    const parts = ((await answer.json()) as BatchAnswer).requests.request;
    expect(statuses(parts)).toEqual([201]);
    expect(parts[0]?.response.body).toEqual({ data: { picture: long } });
  });

  it('takes many multipart parts: 400 requests of 20 fields', async () => {
    const url = await start();
    const form = new FormData();
    for (let index = 0; index < 400; index++) {
      form.set(`data[requests][${index}][method]`, 'PUT');
      form.set(`data[requests][${index}][uri]`, '/things/1');
      for (let field = 0; field < 20; field++) form.set(`data[requests][${index}][data][f${field}]`, String(field));
    }
    const answer = await post(url, form, { accept: 'application/json', authorization });
    const parts = ((await answer.json()) as BatchAnswer).requests.request;
    expect(parts).toHaveLength(400);
    expect(new Set(statuses(parts))).toEqual(new Set([200]));
    expect(Object.keys((parts[399]!.response.body as { data: object }).data)).toHaveLength(20);
  });

  it.each<[string, () => [Body, Record<string, string>]]>([
    ['more fields than allowed', () => ['a=1&'.repeat(50), urlencoded]],
    ['a broken escape', () => ['data=%zz', urlencoded]],
    ['a prototype key', () => ['data[__proto__][x]=1', urlencoded]],
    ['a multipart body without its boundary', () => ['data', { ...json, 'content-type': 'multipart/form-data' }]],
    [
      'a multipart body cut short',
      () => [
        '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb',
        { ...json, 'content-type': 'multipart/form-data; boundary=x' },
      ],
    ],
    [
      'a file',
      () => {
        const form = new FormData();
        form.set('data[requests][0][data][picture]', new Blob(['x']), 'x.jpg');
        return [form, { accept: 'application/json', authorization }];
      },
    ],
    [
      'more multipart parts than allowed',
      () => {
        const form = new FormData();
        for (let index = 0; index < 50; index++) form.set(`a[${index}]`, '');
        return [form, { accept: 'application/json', authorization }];
      },
    ],
  ])('refuses %s', async (_, make) => {
    const url = await start({ maxFields: 40 });
    const answer = await post(url, ...make());
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 40005 });
    expect(seen).toEqual(['POST /batch']);
  });

  it('answers 40014 to the empty call of the PHP client', async () => {
    const url = await start();
    const answer = await post(url, '', urlencoded);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 40014 });
  });

  it('lets a client that waits for 100-continue go on', async () => {
    const url = await start();
    const body = JSON.stringify({ data: { requests: [{ method: 'GET', uri: '/text' }] } });
    const status = await new Promise((resolve, reject) => {
      const call = httpRequest(`${url}/batch`, {
        method: 'POST',
        headers: { ...json, expect: '100-continue', 'content-length': body.length },
      });
      call
        .once('continue', () => call.end(body))
        .once('response', (answer) => resolve(answer.statusCode))
        .once('error', reject);
      call.flushHeaders();
    });
    expect(status).toBe(200);
  });
});

describe('time', () => {
  it('answers 504 for a request over its deadline and goes on with the next', async () => {
    const url = await start({ partTimeoutMs: 50 });
    const parts = await run(
      url,
      ['/text', '/hang', '/text'].map((uri) => ({ method: 'GET', uri })),
    );
    expect(statuses(parts)).toEqual([200, 504, 200]);
  });

  it('answers 503 for what was not started when the batch ran out of time', async () => {
    const url = await start({ batchTimeoutMs: 80 });
    const parts = await run(
      url,
      ['/text', '/hang', '/things/1', '/things/2'].map((uri) => ({ method: 'GET', uri })),
    );
    expect(statuses(parts)).toEqual([200, 504, 503, 503]);
    expect(seen).not.toContain('GET /things/1');
  });

  it('starts no further request once the caller hung up', async () => {
    const url = await start();
    const controller = new AbortController();
    const body = JSON.stringify({
      data: { requests: ['/slow', '/things/1', '/things/2'].map((uri) => ({ method: 'GET', uri })) },
    });
    const call = fetch(`${url}/batch`, { method: 'POST', headers: json, body, signal: controller.signal });
    await expect.poll(() => seen).toContain('GET /slow');
    controller.abort();
    await expect(call).rejects.toThrow();
    await sleep(500);
    expect(seen).toEqual(['POST /batch', 'GET /slow']);
  });
});

it('counts the answers of the routes, whatever their bodies are', async () => {
  const url = await start({ maxAnswerBytes: 100 });
  const parts = await run(url, Array(10).fill({ method: 'GET', uri: '/things/1' }));
  const done = statuses(parts).filter((status) => status === 200).length;
  expect(done).toBeGreaterThan(0);
  expect(statuses(parts)).toEqual([...Array(done).fill(200), ...Array(10 - done).fill(503)]);
  expect(seen).toHaveLength(1 + done);
});
