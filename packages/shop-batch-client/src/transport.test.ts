import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestAnswer, type TestServer } from './test-server.ts';
import { createTransport } from './transport.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe.each([['http' as const], ['fetch' as const]])('over %s', (adapter) => {
  const send = async (answer: TestAnswer, more: { signal?: AbortSignal; closed?: true; timeoutMs?: number } = {}) => {
    const server = await startTestServer(answer);
    servers.push(server);
    if (more.closed) await server.close();
    const exchange = await createTransport({}, [adapter])({
      url: `${server.url}batch`,
      body: '{"data":{"x":"é"}}',
      headers: { authorization: 'Basic c2VjcmV0', 'content-type': 'application/json' },
      timeoutMs: 5_000,
      maxAnswerBytes: 1_000,
      ...more,
    });
    expect(JSON.stringify(exchange)).not.toContain('c2VjcmV0');
    return { exchange, server };
  };

  it('sends the body as it is and reads the answer as text', async () => {
    const { exchange, server } = await send((_, response) => {
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '1.5' });
      response.end('{"sku":"é"}');
    });
    expect(exchange).toEqual({ kind: 'answered', status: 429, retryAfter: '1.5', text: '{"sku":"é"}' });
    expect(server.calls[0]).toMatchObject({
      body: '{"data":{"x":"é"}}',
      headers: { 'content-type': 'application/json' },
    });
  });

  it('does not follow a redirect', async () => {
    const { exchange, server } = await send((call, response) => {
      response.writeHead(308, { location: call.path });
      response.end();
    });
    expect(exchange).toMatchObject({ kind: 'answered', status: 308 });
    expect(server.calls).toHaveLength(1);
  });

  it('knows that nothing was sent when there is no connection', async () => {
    expect((await send(() => {}, { closed: true })).exchange).toMatchObject({ kind: 'not_sent', retryable: true });
  });

  it.each<[string, TestAnswer]>([
    ['a timeout', () => {}],
    ['a dropped connection', (_, response) => void response.destroy()],
    [
      'an answer that breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{', () => response.destroy());
      },
    ],
    ['an answer that is too long', (_, response) => void response.end('x'.repeat(2_000))],
  ])('takes %s for a lost answer', async (name, answer) => {
    const timeoutMs = name === 'a timeout' ? 60 : 5_000;
    expect((await send(answer, { timeoutMs })).exchange).toMatchObject({
      kind: 'lost',
      reason: 'ANSWER_LOST',
      retryable: true,
    });
  });

  it('gives up an answer that trickles in', async () => {
    const startedAt = performance.now();
    const trickle: TestAnswer = (_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(timer));
    };
    const { exchange } = await send(trickle, { timeoutMs: 300 });
    expect(exchange).toEqual({
      kind: 'lost',
      reason: 'ANSWER_LOST',
      message: 'No answer within 300 ms',
      retryable: true,
    });
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });

  it('gives up with the caller', async () => {
    const { exchange } = await send(() => {}, { signal: AbortSignal.timeout(20) });
    expect(exchange).toMatchObject({ kind: 'lost', reason: 'ABORTED', retryable: false });
  });
});

describe('in browsers', () => {
  it('nothing outside the command needs Node', () => {
    const sources = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts'));
    const ofTheClient = sources.filter(
      (name) => !/\.test\.ts$|^test-server\.ts$|^faulty-shop\.ts$|^cli\.ts$/.test(name),
    );
    expect(ofTheClient.length).toBeGreaterThan(20);
    const bound = ofTheClient.filter((name) => {
      const text = readFileSync(`${import.meta.dirname}/${name}`, 'utf8');
      return /from 'node:|from '\.\/cli\/|\bprocess\.|\brequire\(/.test(text);
    });
    expect(bound).toEqual([]);
  });
});
