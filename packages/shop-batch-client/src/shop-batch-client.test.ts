import { describe, expect, it } from 'vitest';
import type { ClientEvent } from './client-event.ts';
import type { ShopBatchClientOptions } from './options.ts';
import type { ShopRequest } from './row.ts';
import { ShopBatchClient } from './shop-batch-client.ts';
import { answerJson, answerParts, part, startClient, type TestAnswer } from './test-server.ts';

const events: ClientEvent[] = [];
const start = (answer: TestAnswer, options: Partial<ShopBatchClientOptions> = {}) => {
  events.length = 0;
  const auth = { kind: 'basic', username: 'shop', password: 'correct horse' } as const;
  return startClient(answer, { auth, onEvent: (event) => events.push(event), ...options });
};

const post = (uri: string, data = {}): ShopRequest => ({ method: 'POST', uri, data });
const put = (uri: string, data = {}): ShopRequest => ({ method: 'PUT', uri, data });
const get = (uri: string): ShopRequest => ({ method: 'GET', uri });
const del = (uri: string): ShopRequest => ({ method: 'DELETE', uri });
const outcomes = (rows: { outcome: string }[]) => rows.map((row) => row.outcome);

describe('batch: the plain call', () => {
  it('sends the documented body and reads every part', async () => {
    const { server, client } = await start(({ requests: [a, b, c] }, response) =>
      answerParts(response, [
        part(a!, '200', { id: 'x' }),
        part(b!, 201, []),
        part(c!, 404, { message: 'Resource matching URI "/category/1" not found' }),
      ]),
    );
    const { rows } = await client.batch([
      get('productExtend?full=1'),
      post('/products', { sku: '007' }),
      get('category/1'),
    ]);
    expect(rows).toEqual([
      { outcome: 'succeeded', status: 200, body: { id: 'x' }, attempts: 1 },
      { outcome: 'succeeded', status: 201, attempts: 1 },
      {
        outcome: 'failed',
        status: 404,
        message: 'Resource matching URI "/category/1" not found',
        body: { message: 'Resource matching URI "/category/1" not found' },
        attempts: 1,
      },
    ]);
    expect(server.calls[0]).toMatchObject({
      path: '/api/batch',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from('shop:correct horse').toString('base64')}`,
      },
    });
    expect(JSON.parse(server.calls[0]!.body)).toEqual({
      data: {
        requests: [
          { method: 'GET', uri: `${server.url}productExtend?full=1` },
          { method: 'POST', uri: `${server.url}products`, data: { sku: '007' } },
          { method: 'GET', uri: `${server.url}category/1` },
        ],
      },
    });
  });

  it('reads the seed’s XML example: five rows, one of them not found', async () => {
    const id = 'Y2F0ZWdvcnktY2F0ZWdvcnlfaWQ9MTg=';
    const body = `<href><![CDATA[http://shopname.api.myshoprenter.hu/categories/${id}]]></href><id><![CDATA[${id}]]></id>
      <innerId><![CDATA[18]]></innerId><multiplier><![CDATA[1.00000]]></multiplier><groupCode/>`;
    const row = (method: string, uri: string, status: number, content: string) =>
      `<request><method><![CDATA[${method}]]></method><uri><![CDATA[${uri}]]></uri><response>
        <header><statusCode>${status}</statusCode></header>${content === '' ? '<body/>' : `<body>${content}</body>`}
      </response></request>`;
    const { client } = await start(({ requests }, response) => {
      const contents = [body, '', body, body, '<message><![CDATA[not found]]></message>'];
      const parts = requests.map(({ method, uri }, i) => row(method, uri, i === 4 ? 404 : 200, contents[i]!));
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(`<?xml version="1.0"?>\n<response>\n <requests>${parts.join('\n')}</requests>\n</response>`);
    });
    const uri = `categories/${id}`;
    const { rows } = await client.batch([get(uri), del(uri), put(uri), post(uri), get(`category/${id}`)]);
    expect(rows.map(({ outcome, status }) => [outcome, status])).toEqual([
      ['succeeded', 200],
      ['succeeded', 200],
      ['succeeded', 200],
      ['succeeded', 200],
      ['failed', 404],
    ]);
    expect(rows[0]!.body).toMatchObject({ id, innerId: '18', multiplier: '1.00000', groupCode: '' });
    expect(rows[1]).not.toHaveProperty('body');
    expect(rows[4]!.message).toBe('not found');
  });

  it('reads a lone part collapsed to an object, and an answer wrapped in response', async () => {
    const { client } = await start(({ requests: [a] }, response, count) =>
      count === 1
        ? answerParts(response, part(a!))
        : answerJson(response, 200, { response: { requests: { request: part(a!) } } }),
    );
    expect(outcomes((await client.batch([post('products')])).rows)).toEqual(['succeeded']);
    expect(outcomes((await client.batch([post('products')])).rows)).toEqual(['succeeded']);
  });

  it('matches by position where every URI is the same', async () => {
    const { client } = await start(({ requests }, response) =>
      answerParts(
        response,
        requests.map((request, i) =>
          part(request, i === 1 ? 400 : 200, i === 1 ? { error: 40003, message: 'name' } : {}),
        ),
      ),
    );
    const { rows } = await client.batch([post('productExtend'), post('productExtend'), post('productExtend')]);
    expect(rows.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['succeeded', undefined],
      ['failed', 40003],
      ['succeeded', undefined],
    ]);
  });

  it('cuts by requests and by bytes, one batch at a time, and keeps positions', async () => {
    let underWay = 0;
    const { server, client } = await start(
      async ({ requests, body }, response) => {
        underWay += 1;
        expect(underWay).toBe(1);
        expect(requests.length).toBeLessThanOrEqual(3);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(500);
        await new Promise((resolve) => setTimeout(resolve, 5));
        underWay -= 1;
        answerParts(
          response,
          requests.map((request) => part(request, 200, { name: request.data?.name })),
        );
      },
      { maxRequests: 3, maxBytes: 500 },
    );
    const names = ['a', 'b', 'c', 'd', 'é'.repeat(150), 'é'.repeat(150), 'e', 'x'.repeat(500)];
    const both = await Promise.all([
      client.batch(names.map((name) => post('products', { name }))),
      client.batch([get('a')]),
    ]);
    const { rows } = both[0];
    expect(rows.slice(0, 7).map((row) => (row.body as { name: string }).name)).toEqual(names.slice(0, 7));
    expect(rows[7]).toMatchObject({ outcome: 'failed', reason: 'ROW_TOO_LARGE', attempts: 0 });
    expect(server.calls.map(({ requests }) => requests.length)).toEqual([3, 1, 2, 2]);
  });

  it('fails a row that is no request, and sends its neighbours', async () => {
    const { server, client } = await start(({ requests }, response) =>
      answerParts(
        response,
        requests.map((request) => part(request)),
      ),
    );
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    const { rows } = await client.batch([
      { method: 'PATCH', uri: 'x' } as never,
      get('//elsewhere.example/x'),
      { method: 'GET', uri: 'x', data: {} },
      { method: 'POST', uri: 'x', data: [] as never },
      null as never,
      post('x', loop),
      get('fine'),
    ]);
    expect(outcomes(rows)).toEqual([...Array(6).fill('failed'), 'succeeded']);
    expect(rows.slice(0, 6).every((row) => row.reason === 'REQUEST_INVALID' && row.attempts === 0)).toBe(true);
    expect(server.calls[0]!.requests).toHaveLength(1);
  });

  it('sends nothing for no requests', async () => {
    const { server, client } = await start(() => {});
    expect(await client.batch([])).toEqual({ rows: [] });
    expect(server.calls).toHaveLength(0);
  });
});

describe('batch: answers that make no sense', () => {
  it('leaves a create unknown when its part is missing, malformed or another’s, and says so', async () => {
    const { client } = await start(({ requests: [a, b, c, d] }, response) =>
      answerParts(response, [part(a!), part({ ...b!, method: 'PUT' }), part(c!, 'twenty'), { uri: d!.uri }]),
    );
    const { rows } = await client.batch([post('a'), post('b'), post('c'), post('d')]);
    expect(rows.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['succeeded', undefined],
      ['unknown', 'PART_MISMATCHED'],
      ['unknown', 'PART_MALFORMED'],
      ['unknown', 'PART_MALFORMED'],
    ]);
    expect(events.filter(({ type }) => type === 'anomaly')).toEqual([
      { type: 'anomaly', reason: 'PART_MISMATCHED', rows: [1] },
      { type: 'anomaly', reason: 'PART_MALFORMED', rows: [2, 3] },
    ]);
  });

  it('believes no position when the count is wrong and the parts look alike', async () => {
    const { client } = await start(({ requests }, response) =>
      answerParts(
        response,
        requests.slice(1).map((request, i) => part(request, i === 0 ? 400 : 200)),
      ),
    );
    const { rows } = await client.batch([post('productExtend'), post('productExtend'), post('productExtend')]);
    expect(outcomes(rows)).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('believes parts that repeat method and URI of their row when the last one is missing, or one is too many', async () => {
    const { client } = await start(({ requests }, response, count) =>
      answerParts(
        response,
        count === 1 ? requests.slice(0, 2).map((r) => part(r)) : [...requests.map((r) => part(r)), part(get('z'))],
      ),
    );
    expect(outcomes((await client.batch([post('a'), post('b'), post('c')])).rows)).toEqual([
      'succeeded',
      'succeeded',
      'unknown',
    ]);
    expect(outcomes((await client.batch([post('a'), post('b')])).rows)).toEqual(['succeeded', 'succeeded']);
  });

  it.each([['not json'], ['{}'], ['<html><body>Bad gateway</body></html>'], ['{"requests":{"request":[{'], ['']])(
    'takes a 200 with %j as no answer: creates unknown, the rest tried again',
    async (text) => {
      const { server, client } = await start(({ requests }, response, count) =>
        count === 1
          ? answerJson(response, 200, text)
          : answerParts(
              response,
              requests.map((request) => part(request)),
            ),
      );
      const { rows } = await client.batch([post('products'), put('products/1'), get('products/1'), del('products/2')]);
      expect(rows.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
        ['unknown', 1],
        ['succeeded', 2],
        ['succeeded', 2],
        ['succeeded', 2],
      ]);
      expect(rows[0]!.reason).toBe('ANSWER_INVALID');
      expect(server.calls[1]!.requests.map(({ method }) => method)).toEqual(['PUT', 'GET', 'DELETE']);
    },
  );
});

describe('batch: batches turned away', () => {
  it('waits as long as Retry-After says and sends the same rows again', async () => {
    const at: number[] = [];
    const { client } = await start(({ requests }, response, count) => {
      at.push(Date.now());
      if (count === 1) answerJson(response, 429, { message: 'slow down' }, { 'retry-after': '0.3' });
      else
        answerParts(
          response,
          requests.map((request) => part(request)),
        );
    });
    const { rows } = await client.batch([post('products')]);
    expect(rows).toEqual([{ outcome: 'succeeded', status: 200, attempts: 2 }]);
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(299);
  });

  it('ends creates unsent when the limit stays in force', async () => {
    const { server, client } = await start((_, response) => answerJson(response, 429, {}), { maxAttempts: 3 });
    const { rows } = await client.batch([post('products')]);
    expect(rows).toMatchObject([{ outcome: 'unsent', reason: 'RATE_LIMITED', status: 429, attempts: 3 }]);
    expect(server.calls).toHaveLength(3);
  });

  it('stops when the shop turns every batch away, and never follows a redirect', async () => {
    for (const status of [301, 308, 401, 403, 404]) {
      const { server, client } = await start(
        (_, response) => answerJson(response, status, { message: 'no' }, { location: 'http://127.0.0.1:9/' }),
        { maxRequests: 2 },
      );
      const { rows } = await client.batch([post('a'), post('b'), post('c')]);
      expect(outcomes(rows)).toEqual(['unsent', 'unsent', 'unsent']);
      expect(rows[2]).toMatchObject({ reason: 'STOPPED', attempts: 0 });
      expect(server.calls).toHaveLength(1);
    }
  });

  it('halves a batch that is too large down to the row that is', async () => {
    for (const [status, body] of [
      [400, { error: 40013, message: 'POST content length exceeds the limit of 100 bytes.' }],
      [413, 'too large'],
    ] as const) {
      const { client } = await start(({ requests }, response) =>
        requests.some(({ data }) => String(data?.name).length > 50)
          ? answerJson(response, status, body)
          : answerParts(
              response,
              requests.map((request) => part(request)),
            ),
      );
      const rows = (await client.batch(['a', 'b', 'x'.repeat(60), 'd', 'e'].map((name) => post('products', { name }))))
        .rows;
      expect(outcomes(rows)).toEqual(['succeeded', 'succeeded', 'failed', 'succeeded', 'succeeded']);
      expect(rows[2]).toMatchObject({ reason: 'ROW_TOO_LARGE', status });
    }
  });

  it('says no connection when there is none, and keeps the rows sendable', async () => {
    const { server, client } = await start(() => {}, { maxAttempts: 2 });
    await server.close();
    const { rows } = await client.batch([post('products'), get('products')]);
    expect(rows.map(({ outcome, reason, attempts }) => [outcome, reason, attempts])).toEqual([
      ['unsent', 'NOT_CONNECTED', 0],
      ['unsent', 'NOT_CONNECTED', 0],
    ]);
  });
});

describe('batch: lost answers', () => {
  const drop: TestAnswer = (_, response) => void response.destroy();

  it('looks for a create with an outer id, and repeats it only when it is not there', async () => {
    const shop = new Map<string, unknown>([['there', { name: 'as sent' }]]);
    const { server, client } = await start((call, response, count) => {
      if (count === 1) return drop(call, response, count);
      answerParts(
        response,
        call.requests.map((request) => {
          const id = request.uri.split('/').at(-1)!;
          if (request.method === 'GET') return shop.has(id) ? part(request, 200, shop.get(id)) : part(request, 404);
          return part(request, 201);
        }),
      );
    });
    const { rows } = await client.batch([
      post('products/there', { name: 'as sent' }),
      post('products/gone', { name: 'x' }),
      post('products'),
    ]);
    expect(rows.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
      ['succeeded', 1],
      ['succeeded', 2],
      ['unknown', 1],
    ]);
    expect(server.calls.map(({ requests }) => requests.map(({ method }) => method))).toEqual([
      ['POST', 'POST', 'POST'],
      ['GET', 'GET'],
      ['POST'],
    ]);
  });

  it('never says unsent or failed of a write that may have been done', async () => {
    const { client } = await start(
      (call, response, count) => (count === 1 ? drop(call, response, count) : answerJson(response, 429, {})),
      {
        maxAttempts: 3,
      },
    );
    const { rows } = await client.batch([put('a/1'), del('a/2'), get('a/3'), post('a/4')]);
    expect(outcomes(rows)).toEqual(['unknown', 'unknown', 'failed', 'unknown']);
  });

  it('takes a delete that finds nothing on its retry as done', async () => {
    const { client } = await start((call, response, count) =>
      count === 1
        ? drop(call, response, count)
        : answerParts(
            response,
            call.requests.map((request) => part(request, 404)),
          ),
    );
    const { rows } = await client.batch([del('products/1'), put('products/2')]);
    expect(outcomes(rows)).toEqual(['succeeded', 'failed']);
  });

  it('does not repeat a write over a later one for the same resource', async () => {
    const { server, client } = await start(({ requests }, response) =>
      answerParts(
        response,
        requests.map((request, i) => part(request, i === 0 ? 503 : 200)),
      ),
    );
    const { rows } = await client.batch([put('products/1', { price: 1 }), put('products/1', { price: 2 })]);
    expect(rows).toMatchObject([{ outcome: 'failed', status: 503, reason: 'OVERTAKEN' }, { outcome: 'succeeded' }]);
    expect(server.calls).toHaveLength(1);
  });

  it('halves on 504', async () => {
    const { server, client } = await start(({ requests }, response) =>
      requests.length > 2
        ? answerJson(response, 504, '')
        : answerParts(
            response,
            requests.map((request) => part(request)),
          ),
    );
    const { rows } = await client.batch([1, 2, 3, 4, 5, 6].map((i) => put(`products/${i}`)));
    expect(outcomes(rows)).toEqual(Array(6).fill('succeeded'));
    expect(server.calls.map(({ requests }) => requests.length)).toEqual([6, 3, 2, 1, 3, 2, 1]);
  });

  it('ends at the timeout, and when the caller gives up', async () => {
    const { client } = await start(() => {}, { timeoutMs: 30, maxAttempts: 1 });
    expect((await client.batch([post('a')])).rows).toMatchObject([{ outcome: 'unknown', reason: 'ANSWER_LOST' }]);
    const { client: patient } = await start(() => {}, { maxRequests: 1 });
    const { rows } = await patient.batch([put('a/1'), put('a/2')], { signal: AbortSignal.timeout(30) });
    expect(rows).toMatchObject([
      { outcome: 'unknown', reason: 'ABORTED', attempts: 1 },
      { outcome: 'unsent', reason: 'ABORTED', attempts: 0 },
    ]);
  });
});

describe('credentials', () => {
  it('appear in no row and no event', async () => {
    const secret = Buffer.from('shop:correct horse').toString('base64');
    const { client } = await start((call, response) =>
      answerJson(response, 401, { message: `bad ${call.headers.authorization}` }),
    );
    const told = JSON.stringify([await client.batch([post('a')]), events]);
    expect(told).not.toContain(secret);
    expect(told).not.toContain('correct horse');
  });

  it('are asked for in full', () => {
    const make = (options: object) => {
      try {
        return new ShopBatchClient(options as never);
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const auth = { kind: 'basic', username: 'a', password: 'b' };
    expect(make({ baseUrl: 'http://shop.example', auth })).toBe('PLAIN_HTTP_REFUSED');
    expect(make({ baseUrl: 'https://shop.example' })).toBe('OPTIONS_INVALID');
    expect(make({ baseUrl: 'https://shop.example', auth: { kind: 'none' } })).toBe('OPTIONS_INVALID');
    expect(make({ baseUrl: 'https://shop.example', auth: { ...auth, password: '' } })).toBe('OPTIONS_INVALID');
    expect(make({ baseUrl: 'https://shop.example', auth, maxRequests: 0 })).toBe('OPTIONS_INVALID');
    expect(make({ baseUrl: 'https://shop.example', auth, requestsPerSecond: Number.NaN })).toBe('OPTIONS_INVALID');
  });
});
