import { afterEach, describe, expect, it } from 'vitest';
import type { ShopAuth } from './auth.ts';
import { ShopBatchClient } from './shop-batch-client.ts';
import { answerJson, answerParts, part, startTestServer, type TestServer } from './test-server.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

type Case = [name: string, lot: Lot, tokenCalls: number];

interface Lot {
  tokenStatus?: (count: number) => number;
  tokenBody?: (count: number) => unknown;
  refuse?: (authorization: string | undefined, count: number) => boolean;
}

/** A shop and its token endpoint on one server. */
async function start({ tokenStatus = () => 200, tokenBody, refuse = () => false }: Lot, auth?: ShopAuth) {
  let tokens = 0;
  let batches = 0;
  const server = await startTestServer(async (call, response) => {
    if (call.path === '/api/token') {
      tokens += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
      const body = tokenBody?.(tokens) ?? { token_type: 'Bearer', expires_in: 3600, access_token: `token-${tokens}` };
      return answerJson(response, tokenStatus(tokens), body);
    }
    batches += 1;
    if (refuse(call.headers.authorization, batches)) return answerJson(response, 401, { message: 'expired' });
    answerParts(
      response,
      call.requests.map((request) => part(request)),
    );
  });
  servers.push(server);
  const client = new ShopBatchClient({
    baseUrl: server.url,
    auth: auth ?? { kind: 'oauth', tokenUrl: `${server.url}token`, clientId: 'id', clientSecret: 'very secret' },
    requestsPerSecond: Number.POSITIVE_INFINITY,
    backoff: { baseMs: 1, maxMs: 2 },
    maxAttempts: 2,
    maxInFlight: 4,
  });
  const of = (path: string) => server.calls.filter((call) => call.path === `/api/${path}`);
  return { client, tokenCalls: () => of('token'), batchCalls: () => of('batch') };
}

const one = [{ method: 'POST', uri: 'products', data: {} }] as const;

describe('OAuth 2 client credentials', () => {
  it('fetches one token for batches that start together, and keeps it', async () => {
    const { client, tokenCalls, batchCalls } = await start({});
    await Promise.all([client.batch(one), client.batch(one), client.batch(one)]);
    await client.batch(one);
    expect(tokenCalls().map(({ body }) => JSON.parse(body))).toEqual([
      { grant_type: 'client_credentials', client_id: 'id', client_secret: 'very secret' },
    ]);
    expect(batchCalls().map(({ headers }) => headers.authorization)).toEqual(Array(4).fill('Bearer token-1'));
  });

  it('renews a token before it expires', async () => {
    const { client, tokenCalls } = await start({ tokenBody: (n) => ({ expires_in: 0.2, access_token: `t${n}` }) });
    await client.batch(one);
    await new Promise((resolve) => setTimeout(resolve, 185));
    await client.batch(one);
    expect(tokenCalls()).toHaveLength(2);
  });

  it('renews once when the shop refuses a batch, and the rows never notice', async () => {
    const { client, tokenCalls } = await start({ refuse: (header) => header === 'Bearer token-1' });
    expect((await client.batch(one)).rows[0]).toMatchObject({ outcome: 'succeeded' });
    expect(tokenCalls()).toHaveLength(2);
  });

  it('does not go round in circles when the new one is refused too', async () => {
    const { client, tokenCalls, batchCalls } = await start({ refuse: () => true });
    expect((await client.batch(one)).rows[0]).toMatchObject({ outcome: 'unsent', status: 401 });
    expect([tokenCalls().length, batchCalls().length]).toEqual([2, 2]);
  });

  it.each<Case>([
    [
      'a refused secret',
      { tokenStatus: () => 401, tokenBody: () => ({ error: 'invalid_client', sent: 'very secret' }) },
      1,
    ],
    ['a body without token', { tokenBody: () => ({ token: 'very secret' }) }, 1],
    ['a token that would split the header', { tokenBody: () => ({ access_token: 'a\r\nx: b' }) }, 1],
    ['an endpoint that is down', { tokenStatus: () => 503 }, 2],
  ])('leaves every row unsent after %s, and tells no secret', async (_, lot, calls) => {
    const { client, tokenCalls, batchCalls } = await start(lot);
    const { rows } = await client.batch(one);
    expect(rows[0]).toMatchObject({ outcome: 'unsent', reason: 'AUTH_FAILED', attempts: 0 });
    expect(JSON.stringify(rows)).not.toContain('very secret');
    expect([tokenCalls().length, batchCalls().length]).toEqual([calls, 0]);
  });

  it('refuses a token endpoint over plain http', () => {
    const auth = { kind: 'oauth', tokenUrl: 'http://oauth.example/token', clientId: 'a', clientSecret: 'b' } as const;
    try {
      new ShopBatchClient({ baseUrl: 'https://shop.example', auth });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: 'ShopBatchError', code: 'PLAIN_HTTP_REFUSED', retryable: false });
    }
  });
});

describe('bearer tokens', () => {
  it('sends a fixed one', async () => {
    const { client, batchCalls } = await start({}, { kind: 'bearer', token: 'abc' });
    await client.batch(one);
    expect(batchCalls()[0]?.headers.authorization).toBe('Bearer abc');
  });

  it('asks a function again after a refusal, and takes what it throws for no token', async () => {
    let asked = 0;
    const token = () => {
      asked += 1;
      if (asked > 2) throw new Error('Bearer leaked');
      return `t${asked}`;
    };
    const { client } = await start({ refuse: (header) => header === 'Bearer t1' }, { kind: 'bearer', token });
    expect((await client.batch(one)).rows[0]).toMatchObject({ outcome: 'succeeded' });
    expect(asked).toBe(2);
    const { client: other } = await start({}, { kind: 'bearer', token });
    const { rows } = await other.batch(one);
    expect(rows[0]).toMatchObject({ outcome: 'unsent', reason: 'AUTH_FAILED' });
    expect(JSON.stringify(rows)).not.toContain('leaked');
  });
});
