import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type PluginCall, PluginCaller } from './plugin-caller.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Seen {
  readonly url: string;
  readonly socket: Socket;
  readonly body: string;
}

/** A plugin that answers as told, and what it saw. */
async function plugin(answer: (seen: Seen, response: ServerResponse) => unknown) {
  const seen: Seen[] = [];
  const server: Server = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const one = { url: request.url as string, socket: request.socket, body };
    seen.push(one);
    await answer(one, response);
  });
  const baseUrl = await listening(server);
  return { seen, baseUrl };
}

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function caller(options = {}): PluginCaller {
  const made = new PluginCaller(options);
  closers.unshift(() => made.close());
  return made;
}

const ok = (_seen: unknown, response: ServerResponse) => response.end('{"status":"ok"}');
const update = (baseUrl: string, body: string, more: Partial<PluginCall> = {}): PluginCall => ({
  baseUrl,
  endpoint: '/v1/user_segment_update',
  body,
  pipelined: true,
  ...more,
});
const texts = (count: number) => Array.from({ length: count }, (_, index) => String(index));

/** Calls until connections are shared: one after the other, so that a slow machine takes it for a quick plugin too. */
async function warmUp(calls: PluginCaller, baseUrl: string): Promise<void> {
  for (const body of texts(100)) await calls.call(update(baseUrl, body));
}

describe('calls to a quick plugin', () => {
  it('share a few connections, and each gets its own answer', async () => {
    const { seen, baseUrl } = await plugin(({ body }, response) => response.end(`"${body}"`));
    const calls = caller();
    await warmUp(calls, baseUrl);
    seen.length = 0;
    const answers = await Promise.all(texts(64).map((body) => calls.call(update(baseUrl, body))));
    expect(answers).toEqual(texts(64).map((body) => expect.objectContaining({ status: 200, text: `"${body}"` })));
    expect(new Set(seen.map(({ socket }) => socket)).size).toBeLessThanOrEqual(8);
  });

  it('have a connection each when they must not wait for one another', async () => {
    const { seen, baseUrl } = await plugin(ok);
    const calls = caller({ connections: 10 });
    await warmUp(calls, baseUrl);
    seen.length = 0;
    await Promise.all(texts(100).map((body) => calls.call(update(baseUrl, body, { pipelined: false }))));
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(10);
  });

  it('are sent again, and have their whole time, when the one before them ran out of its own', async () => {
    let isStuck = false;
    const { seen, baseUrl } = await plugin(({ body }, response) => {
      if (body === 'stuck') return sleep(60_000, undefined, { ref: false });
      return isStuck ? sleep(150).then(() => ok({}, response)) : ok({}, response);
    });
    const calls = caller({ connections: 8 });
    await warmUp(calls, baseUrl);
    isStuck = true;
    seen.length = 0;
    const bodies = ['stuck', ...texts(7)];
    const answers = await Promise.all(bodies.map((body) => calls.call(update(baseUrl, body, { timeoutMs: 250 }))));
    expect(answers[0]).toMatchObject({ kind: 'none', reason: 'the plugin did not answer in time' });
    expect(answers.slice(1)).toEqual(texts(7).map(() => expect.objectContaining({ status: 200 })));
    // All of them had been on the connection that was given up.
    expect(seen.length).toBeGreaterThanOrEqual(8 + 7);
  });
});

it('a plugin that breaks off when calls are pipelined gets them one by one', async () => {
  // Answers the first request of what comes at once, and hangs up.
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      const requests = data.toString().split('POST ').length - 1;
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
      if (requests > 1) socket.destroy();
    });
  });
  const baseUrl = await listening(server);
  const calls = caller();
  const outcomes: string[] = [];
  for (let round = 0; round < 30; round += 1) {
    const answers = await Promise.all(texts(64).map((body) => calls.call(update(baseUrl, body))));
    outcomes.push(answers.some(({ kind }) => kind === 'none') ? 'failed' : 'answered');
  }
  expect(outcomes.slice(-5)).toEqual(Array(5).fill('answered'));
  expect(outcomes.filter((outcome) => outcome === 'failed').length).toBeLessThanOrEqual(3);
});

it('a plugin that hangs up after each answer without saying so loses hardly a call', async () => {
  const { baseUrl } = await plugin(({ socket }, response) => {
    response.on('finish', () => socket.end());
    return ok({}, response);
  });
  const calls = caller();
  let lost = 0;
  for (const body of texts(200)) if ((await calls.call(update(baseUrl, body))).kind === 'none') lost += 1;
  // It may hang up just as the next call is on its way; without a turn in between it is every other one.
  expect(lost).toBeLessThan(40);
});

it('a plugin that hangs has each call wait for its own time, not for that of those before it', async () => {
  let hangs = false;
  const { baseUrl } = await plugin((seen, response) =>
    hangs ? sleep(60_000, undefined, { ref: false }) : ok(seen, response),
  );
  const calls = caller({ connections: 64 });
  await warmUp(calls, baseUrl);
  hangs = true;
  const from = performance.now();
  const answers = await Promise.all(texts(64).map((body) => calls.call(update(baseUrl, body, { timeoutMs: 300 }))));
  expect(answers.every(({ kind }) => kind === 'none')).toBe(true);
  // Once with those before it and once on a connection of its own.
  expect(performance.now() - from).toBeLessThan(1_500);
});

describe('a call', () => {
  it('that waits for its turn does not run out of time meanwhile', async () => {
    const { baseUrl } = await plugin((_seen, response) => sleep(100).then(() => ok({}, response)));
    const calls = caller({ connections: 1 });
    const answers = await Promise.all(texts(5).map((body) => calls.call(update(baseUrl, body, { timeoutMs: 250 }))));
    expect(answers).toEqual(texts(5).map(() => expect.objectContaining({ status: 200 })));
  });

  it('is answered when the caller closes, whether it was sent or waits', async () => {
    const { baseUrl } = await plugin(() => sleep(60_000, undefined, { ref: false }));
    const calls = caller({ connections: 1 });
    const answers = Promise.all(texts(5).map((body) => calls.call(update(baseUrl, body))));
    await sleep(50);
    await calls.close();
    expect(await answers).toEqual(
      texts(5).map(() => expect.objectContaining({ kind: 'none', reason: 'the platform is closing' })),
    );
  });

  it('that finds nobody says so', async () => {
    const calls = caller();
    const answer = await calls.call(update('http://127.0.0.1:1', '{}'));
    expect(answer).toEqual({ kind: 'none', reason: 'the plugin refuses connections', unreachable: true, outage: true });
  });
});
