import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PluginOptions } from './core.ts';
import { ProductionPluginRunner } from './core.ts';
import { PluginProcess, post } from './plugin-process.fixture.ts';
import { type Handlers, SamplePlugin } from './sample-plugin.fixture.ts';
import { buildBatch, buildPlugin, buildUpdate, FakeGateway } from './testing.ts';

/**
 * What is known to go wrong in plugins on the official SDK, each proven to go right here. The numbers are those of the
 * list the README explains.
 */

/** For processes that start on a busy machine. */
const patience = { timeout: 20_000 };

const update = '/v1/user_segment_update';
const batch = '/v1/batch_update';

const build = (handlers: Handlers = {}, options?: boolean | PluginOptions, gateway?: FakeGateway) =>
  buildPlugin(() => new SamplePlugin(handlers, options), gateway);

const processes: PluginProcess[] = [];
const startProcess = (environment?: Record<string, string>) => {
  const started = new PluginProcess(environment);
  processes.push(started);
  return started;
};

const runners: ProductionPluginRunner[] = [];
/** Serves a plugin on this machine and gives its URL. */
const serve = async (handlers: Handlers = {}, options?: boolean | PluginOptions) => {
  const { plugin } = build(handlers, options);
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const runner = new ProductionPluginRunner(plugin, { host: '127.0.0.1' });
  runners.push(runner);
  runner.start(0);
  await vi.waitFor(() => expect(write).toHaveBeenCalled(), patience);
  const line = String(write.mock.calls[0]?.[0]);
  write.mockRestore();
  return { url: JSON.parse(line).url as string, plugin };
};

afterEach(async () => {
  for (const started of processes.splice(0)) await started.stop();
  for (const runner of runners.splice(0)) await runner.stop();
  for (const event of ['SIGTERM', 'SIGINT', 'unhandledRejection', 'uncaughtException']) {
    const listeners = process.listeners(event as 'SIGTERM');
    const own = listeners.filter(
      (listener) => String(listener).includes('stop(') || String(listener).includes('nobody awaits'),
    );
    for (const listener of own) process.off(event, listener);
  }
});

/** Sends bytes and reads status, content type and text, without a client that thinks for itself. */
const raw = (url: string, path: string, body: Buffer | string, headers: Record<string, string> = {}, method = 'POST') =>
  new Promise<{ status: number; type: string; text: string }>((resolve, reject) => {
    const outgoing = httpRequest(url + path, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

/** Sends anything at all and reads until the connection ends. */
const bare = (url: string, bytes: string) =>
  new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', reject).on('close', () => resolve(text));
  });

/** What a plugin logs while `work` runs. */
const logOf = async (plugin: SamplePlugin, work: () => Promise<unknown>): Promise<Record<string, unknown>[]> => {
  const lines: Record<string, unknown>[] = [];
  const transport = { write: (entry: object) => lines.push(entry as Record<string, unknown>) };
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  plugin.logger.silent = false;
  plugin.logger.add(transport);
  await work();
  plugin.logger.remove(transport);
  plugin.logger.silent = true;
  await new Promise((resolve) => setImmediate(resolve));
  stderr.mockRestore();
  return lines;
};

describe('crashes and lost requests', () => {
  it('1. a handler that rejects with undefined is a 500 and the process lives', async () => {
    const started = startProcess();
    const url = await started.url();
    const answer = await post(url, update, { ...buildUpdate(), order: 'reject undefined' });
    expect(answer).toEqual({
      status: 500,
      body: { status: 'error', message: 'onUserSegmentUpdate failed without saying why.' },
    });
    expect((await post(url, batch, buildBatch([{ id: 'a' }]))).status).toBe(500);
    expect((await post(url, update, buildUpdate())).status).toBe(200);
  });

  it('2. a rejection nobody awaits is logged and the process lives', async () => {
    const started = startProcess();
    const url = await started.url();
    expect((await post(url, update, { ...buildUpdate(), order: 'reject unawaited' })).status).toBe(200);
    expect((await post(url, update, buildUpdate())).status).toBe(200);
    await expect.poll(() => started.stderr).toContain('nobody waits for me');
  });

  it('3. SIGTERM answers what is in flight and exits 0', async () => {
    const started = startProcess();
    const url = await started.url();
    const inFlight = post(url, update, { ...buildUpdate(), order: 'wait' });
    await vi.waitFor(() => expect(started.stderr).toContain('waiting'), patience);
    started.kill('SIGTERM');
    expect((await inFlight).status).toBe(200);
    expect(await started.exited).toBe(0);
  });

  it('3b. an exception out of a timer is logged, what is in flight is answered, the process exits 1', async () => {
    const started = startProcess();
    const url = await started.url();
    const inFlight = post(url, update, { ...buildUpdate(), order: 'wait' });
    await vi.waitFor(() => expect(started.stderr).toContain('waiting'), patience);
    await post(url, update, { ...buildUpdate(), order: 'throw in a timer' });
    expect((await inFlight).status).toBe(200);
    expect(await started.exited).toBe(1);
    expect(started.stderr).toContain('out of a timer');
  });

  it('4. a gateway that hangs times out and does not poison the cache', async () => {
    const gateway = new FakeGateway().setFeed('1');
    gateway.hangs = true;
    const { post: call } = build({}, { gatewayTimeoutMs: 50, failureCacheMs: 20 }, gateway);
    const answer = await call(update, buildUpdate());
    expect(answer.status).toBe(500);
    expect(answer.body.message).toContain('did not answer within 50 ms');
    gateway.hangs = false;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect((await call(update, buildUpdate())).status).toBe(200);
  });

  it('4b. a handler that hangs is answered 500 in time, and its signal is aborted', async () => {
    let signal: AbortSignal | undefined;
    const onBatchUpdate = (...args: unknown[]) => {
      signal = (args[3] as { signal: AbortSignal }).signal;
      return new Promise(() => {});
    };
    const { post: call } = build({ onBatchUpdate }, { handlerTimeoutMs: 40 });
    const answer = await call(batch, buildBatch([{ id: 'a' }, { id: 'b' }]));
    expect(answer.status).toBe(500);
    expect(answer.body).toEqual({
      status: 'ERROR',
      message: 'onBatchUpdate took longer than 40 ms.',
      sent_items_in_success: 0,
      sent_items_in_error: 2,
    });
    expect(signal?.aborted).toBe(true);
  });

  it('5. processes that die at boot are started again with growing pauses, not in a tight loop', async () => {
    const started = startProcess({ CLUSTER: 'yes', DIE_AT_BOOT: 'yes' });
    await vi.waitFor(() => expect(started.stderr.match(/ died\./g)?.length).toBeGreaterThan(1), patience);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const deaths = started.stderr.match(/ died\./g)?.length ?? 0;
    expect(deaths).toBeLessThan(10);
  });
});

describe('wrong or leaky answers', () => {
  it.each([
    ['malformed JSON', '{"feed_id":', {}, 400],
    [
      'a charset it does not know',
      JSON.stringify(buildUpdate()),
      { 'content-type': 'application/json; charset=x' },
      415,
    ],
    ['an encoding it does not know', 'x', { 'content-encoding': 'zstd-9' }, 415],
    ['text that is not utf-8', Buffer.from([0x22, 0xff, 0x22]), {}, 400],
    ['broken gzip', 'not gzip', { 'content-encoding': 'gzip' }, 400],
  ])('6. %s is JSON without a stack trace', async (_what, body, headers, status) => {
    const { url } = await serve();
    const answer = await raw(url, update, body, headers as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(answer.type).toContain('application/json');
    expect(JSON.parse(answer.text)).toEqual({ status: 'error', message: expect.any(String) });
    expect(answer.text).not.toMatch(/\bat .+:\d+/);
  });

  it('6a. a body that cannot be read is a line in the log, with route and status', async () => {
    const { url, plugin } = await serve();
    const lines = await logOf(plugin, async () => {
      await raw(url, update, '{"feed_id":');
      await raw(url, update, '{}', { 'content-type': 'application/json; charset=x' });
      await raw(url, update, JSON.stringify({ feed_id: '1' }));
    });
    expect(lines).toMatchObject([
      { level: 'warn', route: update, status: 400, message: expect.stringContaining('not valid JSON') },
      { level: 'warn', route: update, status: 415, message: expect.stringContaining('charset') },
      { level: 'warn', route: update, status: 400, feed_id: '1', duration_ms: expect.any(Number) },
    ]);
  });

  it.each([
    ['what is not HTTP', 'hello\r\n\r\n', 400],
    ['two lengths', `POST ${update} HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n`, 400],
    ['headers of 20 KB', `GET /v1/status HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('6e. %s is answered in JSON, too', async (_what, bytes, status) => {
    const { url } = await serve();
    const answer = await bare(url, bytes);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .+\r\ncontent-type: application/json`));
    expect(JSON.parse(body)).toEqual({ status: 'error', message: expect.any(String) });
  });

  it('6b. more than 12 MB is 413 before it is buffered, with a length and without one', async () => {
    const { url } = await serve();
    const huge = Buffer.alloc(12_000_001, 0x20);
    expect((await raw(url, update, huge)).status).toBe(413);
    expect((await raw(url, update, huge, { 'transfer-encoding': 'chunked' })).status).toBe(413);
    const fits = Buffer.concat([Buffer.from(JSON.stringify(buildUpdate())), Buffer.alloc(11_000_000, 0x20)]);
    expect((await raw(url, update, fits)).status).toBe(200);
  });

  it('6c. a small body that inflates beyond 12 MB is 413', async () => {
    const { gzipSync } = await import('node:zlib');
    const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20));
    const { url } = await serve();
    expect((await raw(url, update, bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
    const fine = gzipSync(JSON.stringify(buildUpdate()));
    expect((await raw(url, update, fine, { 'content-encoding': 'gzip' })).status).toBe(200);
  });

  it('6d. a log level that is no text is 400 JSON', async () => {
    const { put } = build();
    expect(await put('/v1/log_level', { level: 7 })).toMatchObject({ status: 400, body: { status: 'error' } });
  });

  it('7. what a handler returns and what it throws are both JSON', async () => {
    const { url } = await serve({
      onExternalSegmentCreation: () => Promise.reject(new Error('no')),
      onLogout: async () => ({ status: 'ok' }),
    });
    for (const path of [update, '/v1/external_segment_creation', '/v1/logout']) {
      expect((await raw(url, path, JSON.stringify(buildUpdate()))).type).toContain('application/json');
    }
  });

  it('8. a gateway failure names the route, not the host, the body or a credential', async () => {
    const gateway = new FakeGateway();
    gateway.failWith = 502;
    const { post: call, plugin } = build({}, undefined, gateway);
    const answer = await call(update, buildUpdate());
    expect(answer.body.message).toMatch(
      /^GET \/v1\/audience_segment_external_feeds\/1(\/properties)? was answered 502\.$/,
    );
    const text = JSON.stringify(answer.body);
    for (const leak of [plugin.gatewayHost, 'told to fail', 'test-w', 'test-t']) expect(text).not.toContain(leak);
  });

  it('8b. the message of a handler reaches the caller without credentials and addresses', async () => {
    const { post: call, plugin } = build();
    const { authentication_token } = plugin.credentials;
    Object.assign(plugin, {
      onUserSegmentUpdate: () => Promise.reject(new Error(`token ${authentication_token} of ann@example.com failed`)),
    });
    const { message } = (await call(update, buildUpdate())).body;
    expect(message).toContain('failed');
    expect(message).not.toContain(authentication_token);
    expect(message).not.toContain('ann@');
  });

  it('9. a thrown text is the message, in the answer and in the log', async () => {
    const { post: call, plugin } = build({ onUserSegmentUpdate: () => Promise.reject('the partner is closed') });
    let answer: unknown;
    const lines = await logOf(plugin, async () => {
      answer = (await call(update, buildUpdate())).body;
    });
    expect(answer).toEqual({ status: 'error', message: 'the partner is closed' });
    expect(JSON.stringify(lines)).toContain('the partner is closed');
  });

  it.each([
    ['feed_id', update, { user_identifiers: [] }],
    ['feed_id', update, { feed_id: 7, user_identifiers: [] }],
    ['user_identifiers', update, { feed_id: '1' }],
    ['user_identifiers[1].type', update, { feed_id: '1', user_identifiers: [{ type: 'X' }, {}] }],
    ['operation', update, { feed_id: '1', user_identifiers: [], operation: 'MAYBE' }],
    ['context', batch, { batch_content: [] }],
    ['context.feed_id', batch, { batch_content: [], context: {} }],
    ['batch_content', batch, { context: { feed_id: '1' } }],
    ['feed_id', '/v1/external_segment_creation', { datamart_id: '1' }],
    ['action', '/v1/troubleshoot', { feed_id: '1' }],
    ['feed_destination_id', '/v1/test_authentication', { other: '1' }],
  ])('10. an invalid %s is 400 and asks the gateway nothing', async (field, path, body) => {
    const { post: call, gateway } = build();
    const answer = await call(path, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ status: 'error', message: expect.stringContaining(`${field} must be`) });
    expect(gateway.calls).toEqual([]);
  });

  it.each(['1/../../feed_destinations/7/credentials?x=', '..', '.', 'a\u0000b', '\ud800'])(
    '10b. the feed_id %j does not climb out of its path',
    async (feed_id) => {
      const gateway = new FakeGateway().setFeed('1').setCredentials('7', { scheme: 'OAUTH2', credentials: { a: 1 } });
      const { post: call } = build({}, undefined, gateway);
      expect((await call(update, buildUpdate({ feed_id }))).status).toBe(500);
      for (const { path } of gateway.calls) {
        expect(path).toMatch(/^\/v1\/audience_segment_external_feeds\/[^/]+(\/properties)?$/);
      }
    },
  );

  it.each([
    ['data must be an array', { status: 'ok', data: {} }],
    [
      'data[0].type must be BATCH_DELIVERY',
      { status: 'ok', data: [{ type: 'FILE_DELIVERY', content: 'x', grouping_key: '' }] },
    ],
    [
      'data[0].grouping_key must be a string',
      { status: 'ok', data: [{ type: 'BATCH_DELIVERY', content: 1, grouping_key: 7 }] },
    ],
    ['data[0].content must not be undefined', { status: 'ok', data: [{ type: 'BATCH_DELIVERY', grouping_key: '' }] }],
    ['stats[0].sync_result must be', { status: 'ok', stats: [{ identifier: 'a', sync_result: 'MAYBE' }] }],
    ['status must be one of', { status: 'fine' }],
    ['it must be an object', undefined],
  ])('10c. an update answered wrongly is 500 and says so: %s', async (problem, result) => {
    const { post: call, plugin } = build({ onUserSegmentUpdate: async () => result });
    let answer: { status: number; body: { message: string } } | undefined;
    const lines = await logOf(plugin, async () => {
      answer = await call(update, buildUpdate());
    });
    expect(answer?.status).toBe(500);
    expect(answer?.body.message).toContain(problem);
    expect(lines[0]).toMatchObject({ level: 'error', message: expect.stringContaining(problem) });
  });

  it.each([
    ['999 sent of 2', { status: 'OK', sent_items_in_success: 999, sent_items_in_error: 0 }],
    ['-5 sent of 2', { status: 'OK', sent_items_in_success: -5, sent_items_in_error: 7 }],
    ['1 of 2 accounted for', { status: 'OK', sent_items_in_success: 1, sent_items_in_error: 0 }],
    ['half a line', { status: 'OK', sent_items_in_success: 1.5, sent_items_in_error: 0.5 }],
    ['no counts', { status: 'OK' }],
    ['more than the batch in a RETRY', { status: 'RETRY', sent_items_in_success: 2, sent_items_in_error: 1 }],
  ])('10d. a batch answered with %s is 500', async (_what, result) => {
    const { post: call } = build({ onBatchUpdate: async () => result });
    const answer = await call(batch, buildBatch([{ id: 'a' }, { id: 'b' }]));
    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ status: 'ERROR', message: expect.stringContaining('sent_items') });
  });

  it('11. a batch that throws is answered as a batch, and nothing counts as sent', async () => {
    const { post: call } = build({ onBatchUpdate: () => Promise.reject(new Error('partner down')) });
    expect(await call(batch, buildBatch([1, 2, 3]))).toMatchObject({
      status: 500,
      body: { status: 'ERROR', message: 'partner down', sent_items_in_success: 0, sent_items_in_error: 3 },
    });
  });

  it('11b. an empty body is answered in JSON with the status and words the contract has', async () => {
    const { url } = await serve();
    for (const body of ['', '{}']) {
      const answer = await raw(url, update, body);
      expect(answer.status).toBe(500);
      expect(JSON.parse(answer.text)).toEqual({ error: 'Missing request body' });
    }
  });
});

describe('cache', () => {
  it('12. credentials are read again after they changed, also where there were none', async () => {
    const seen: unknown[] = [];
    const onUserSegmentUpdate = async (_request: unknown, _context: unknown, credentials: unknown) => {
      seen.push(credentials);
      return { status: 'ok' };
    };
    const onAuthentication = async () => ({ status: 'ok', refresh_token: 'new' });
    const { post: call } = build({ onUserSegmentUpdate, onAuthentication });
    const request = { ...buildUpdate(), feed_destination_id: '7' };
    await call(update, request);
    await call('/v1/authentication', { user_id: '1', plugin_version_id: '1', feed_destination_id: '7' });
    await call(update, request);
    expect(seen).toEqual([undefined, { scheme: 'OAUTH2', credentials: { refresh_token: 'new' } }]);
  });

  it('12b. a context built with old credentials is built anew', async () => {
    const built: unknown[] = [];
    const instanceContextBuilder = async (_feedId: string, credentials: unknown) => {
      built.push(credentials);
      return {};
    };
    const gateway = new FakeGateway()
      .setFeed('1')
      .setCredentials('7', { scheme: 'API_TOKEN', credentials: { token: 'a' } });
    const { post: call, plugin } = build({ instanceContextBuilder }, undefined, gateway);
    const request = { ...buildUpdate(), feed_destination_id: '7' };
    await call(update, request);
    await plugin.upsertFeedDestinationCredentials('7', { scheme: 'API_TOKEN', credentials: { token: 'b' } });
    await call(update, request);
    expect(built).toEqual([
      { scheme: 'API_TOKEN', credentials: { token: 'a' } },
      { scheme: 'API_TOKEN', credentials: { token: 'b' } },
    ]);
  });

  it('13. a second plugin does not empty the first one’s cache', async () => {
    const first = build();
    await first.post(update, buildUpdate());
    const second = build();
    await second.post(update, buildUpdate());
    await first.post(update, buildUpdate());
    expect(first.gateway.calls).toHaveLength(2);
  });

  it('13b. a feed_id that looks like a credentials key is just a feed', async () => {
    const gateway = new FakeGateway().setFeed('feed_destination_credentials:7').setFeed('1');
    gateway.setCredentials('7', { scheme: 'API_TOKEN', credentials: {} });
    const { post: call } = build({}, undefined, gateway);
    expect((await call(update, { ...buildUpdate(), feed_destination_id: '7' })).status).toBe(200);
    expect((await call(update, buildUpdate({ feed_id: 'feed_destination_credentials:7' }))).status).toBe(200);
    expect(gateway.calls).toHaveLength(5);
  });

  it('14. a failing gateway is asked once, not by every request', async () => {
    const gateway = new FakeGateway();
    gateway.failWith = 500;
    const { post: call } = build({}, undefined, gateway);
    for (let index = 0; index < 20; index += 1) expect((await call(update, buildUpdate())).status).toBe(500);
    expect(gateway.calls).toHaveLength(2);
  });

  it('14b. many first requests for a feed read it once', async () => {
    const { post: call, gateway } = build();
    gateway.delayMs = 20;
    await Promise.all(Array.from({ length: 50 }, () => call(update, buildUpdate())));
    expect(gateway.calls).toHaveLength(2);
  });
});

describe('operations', () => {
  it('15. a log level that does not exist is refused and the old one stays', async () => {
    const { put, get, plugin } = build();
    expect((await put('/v1/log_level', { level: 'banana' })).status).toBe(400);
    expect((await get('/v1/log_level')).body).toEqual({ level: 'INFO' });
    plugin.logger.level = 'banana';
    expect(plugin.logger.level).toBe('info');
  });

  it('16. no level of the log shows a credential, an address or an OAuth code', async () => {
    const { post: call, plugin } = build({ onAuthentication: async () => ({ status: 'error', message: 'no' }) });
    plugin.logger.level = 'silly';
    const { authentication_token, worker_id } = plugin.credentials;
    const lines = await logOf(plugin, async () => {
      await call(update, buildUpdate());
      await call('/v1/authentication', { user_id: '1', params: { code: 'oauth-code-1' } });
      plugin.logger.debug(
        'calling with %s',
        `Basic ${Buffer.from(`${worker_id}:${authentication_token}`).toString('base64')}`,
      );
      plugin.logger.error('failed', {
        email: 'ann@example.com',
        nested: { refresh_token: 'r-1', code: 'oauth-code-2' },
      });
      plugin.logger.info(`body {"access_token":"at-1","to":"bob@example.com"} ${authentication_token}`);
    });
    const text = JSON.stringify(lines);
    const basic = Buffer.from(`${worker_id}:${authentication_token}`).toString('base64');
    const secrets = [authentication_token, worker_id, basic, 'ann@', 'bob@', 'somebody@', 'r-1', 'at-1', 'oauth-code'];
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect(lines.length).toBeGreaterThan(3);
  });

  it('16b. lines have a time, and printf arguments arrive', async () => {
    const { plugin } = build();
    const lines = await logOf(plugin, async () => {
      plugin.logger.info('%s has %d lines', 'batch', 3, { feed_id: '1' });
      plugin.logger.error('broken', new Error('why'));
    });
    expect(lines[0]).toMatchObject({
      level: 'info',
      message: 'batch has 3 lines',
      feed_id: '1',
      time: expect.any(String),
    });
    expect(Number.isNaN(Date.parse(String(lines[0]?.time)))).toBe(false);
    expect(lines[1]).toMatchObject({ message: 'broken', error: { name: 'Error', message: 'why' } });
  });

  it('17. a plugin that cannot keep up answers 429 with Retry-After instead of queueing for seconds', async () => {
    const busyWait = (ms: number) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    };
    const onUserSegmentUpdate = async () => {
      busyWait(150);
      return { status: 'ok' };
    };
    const { url, plugin } = await serve({ onUserSegmentUpdate });
    plugin.enableThrottling = true;
    const calls = Array.from({ length: 60 }, async () => {
      const response = await fetch(url + update, { method: 'POST', body: JSON.stringify(buildUpdate()) });
      return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.json() };
    });
    const start = performance.now();
    const answers = await Promise.all(calls);
    const busy = answers.filter(({ status }) => status === 429);
    expect(busy.length).toBeGreaterThan(20);
    expect(busy[0]).toMatchObject({ retryAfter: '1', body: { status: 'retry' } });
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect(performance.now() - start).toBeLessThan(7_000);
  });

  it('18. port 0 is a free port, given to start or in PLUGIN_PORT', async () => {
    const url = await startProcess({ PLUGIN_PORT: '1', START_PORT: '0' }).url();
    expect(Number(new URL(url).port)).toBeGreaterThan(1_023);
    expect(Number(new URL(await startProcess().url()).port)).toBeGreaterThan(1_023);
  });

  it('18b. connections are kept longer than a platform keeps them', async () => {
    await serve();
    expect(runners[0]?.server?.keepAliveTimeout).toBeGreaterThanOrEqual(60_000);
  });

  it('19. what an author has to return for the OAuth flow is said in the answer', async () => {
    const { post: call } = build({
      onAuthentication: async () => ({ status: 'ok', credentials: { scheme: 'OAUTH2', data: { refresh_token: 'x' } } }),
      onCreateOAuthRedirectUrl: async () => ({ login_url: 'https://login.example.com/?state=7' }),
    });
    const authentication = await call('/v1/authentication', { user_id: '1', feed_destination_id: '7' });
    expect(authentication.status).toBe(500);
    expect(authentication.body.message).toContain('as the field refresh_token');
    const redirect = await call('/v1/oauth_redirect_url', { feed_destination_id: '7', plugin_version_id: '1' });
    expect(redirect.status).toBe(500);
    expect(redirect.body.message).toContain('query parameter feed_destination_id (not only inside state)');
  });
});
