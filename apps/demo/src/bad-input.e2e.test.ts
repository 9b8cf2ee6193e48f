import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { errorWrapperSchema, ingestReportSchema } from '@batchfeed/schemas';
import { request } from 'undici';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openDataFolder } from './data-folder.ts';
import { setUpFeed } from './set-up-feed.ts';
import { Stack } from './stack.ts';
import { runProcess, scripts } from './testing/run-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const startStack = async (): Promise<{ stack: Stack; path: string; token: string }> => {
  const folder = openDataFolder(temporaryFolder());
  const stack = await Stack.start(folder, { shop: 0, platform: 0 }, 'secret');
  onTestFinished(() => stack.stop());
  return { stack, path: folder.path, token: readFileSync(stack.tokenFile, 'utf8').trim() };
};

const call = async (
  stack: Stack,
  token: string | undefined,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
) => {
  const response = await request(`${stack.platform.url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: token }),
      ...(body === undefined
        ? {}
        : { 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.statusCode, answer: (await response.body.json()) as { data?: unknown } };
};

const pluginOf = (plugin_type: string) => ({
  plugin_type,
  organisation_id: '1',
  group_id: 'io.batchfeed.tests',
  artifact_id: plugin_type.toLowerCase(),
});

const idOf = (answer: { data?: unknown }): string => (answer.data as { id: string }).id;

describe('the operator API', () => {
  it.each([
    ['missing', undefined],
    ['wrong', 'not-the-token'],
    ['empty', ''],
  ])('answers 401 to a %s token', async (_, token) => {
    const { stack } = await startStack();
    const { status, answer } = await call(stack, token, 'GET', '/v1/plugins');
    expect(status).toBe(401);
    expect(errorWrapperSchema.parse(answer).error).not.toBe('');
  });

  it('refuses a batching configuration for a plugin of another type, and names the type', async () => {
    const { stack, token } = await startStack();
    const plugin = idOf((await call(stack, token, 'POST', '/v1/plugins', pluginOf('EMAIL_ROUTER'))).answer);
    const versions = `/v1/plugins/${plugin}/versions`;
    const version = idOf((await call(stack, token, 'POST', versions, { version_id: '1.0.0' })).answer);
    const { status, answer } = await call(stack, token, 'POST', `${versions}/${version}/batching_configurations`, {
      plugin_version_id: version,
      enable_batching: true,
      batch_flush_max_size: 200,
    });
    expect(status).toBe(400);
    expect(errorWrapperSchema.parse(answer).error).toContain('EMAIL_ROUTER');
  });

  it('leaves a feed inactive when its plugin cannot be reached, and says why', async () => {
    const { stack, token } = await startStack();
    const type = 'AUDIENCE_SEGMENT_EXTERNAL_FEED';
    const plugin = idOf((await call(stack, token, 'POST', '/v1/plugins', pluginOf(type))).answer);
    const versions = `/v1/plugins/${plugin}/versions`;
    const version = idOf((await call(stack, token, 'POST', versions, { version_id: '1.0.0' })).answer);
    const nobody = `http://127.0.0.1:${await closedPort()}`;
    await call(stack, token, 'PUT', `${versions}/${version}`, { base_url: nobody, status: 'ACTIVE' });
    const segment = { name: 'S', datamart_id: '1', organisation_id: '1' };
    const segment_id = idOf((await call(stack, token, 'POST', '/v1/audience_segments', segment)).answer);
    const feeds = '/v1/audience_segment_external_feeds';
    const feedBody = { segment_id, plugin_id: plugin, plugin_version_id: version };
    const feed = idOf((await call(stack, token, 'POST', feeds, feedBody)).answer);

    const { status, answer } = await call(stack, token, 'POST', `${feeds}/${feed}/activate`, {});
    expect(status).toBeGreaterThanOrEqual(400);
    expect(errorWrapperSchema.parse(answer).error).toMatch(/external_segment_creation/);
    const state = (await call(stack, token, 'GET', `${feeds}/${feed}`)).answer.data;
    expect(state).toMatchObject({ status: 'INITIAL' });
  });

  it('counts and names the lines it cannot take, and goes on with the others', async () => {
    const { stack, token } = await startStack();
    const { feedId } = await setUpFeed(stack, 'secret');
    const good = (id: string) =>
      JSON.stringify({ operation: 'UPSERT', user_identifiers: [{ type: 'USER_POINT', user_point_id: id }] });
    const lines = [
      good('1'),
      '{"operation":"UPSERT","user_identifiers":[',
      good('2'),
      JSON.stringify({ operation: 'UPSERT', user_identifiers: [{ type: 'USER_POINT' }] }),
      JSON.stringify({ operation: 'INSERT', user_identifiers: [{ type: 'USER_POINT', user_point_id: '3' }] }),
      '[]',
      good('4'),
    ];
    const path = `/v1/audience_segment_external_feeds/${feedId}/user_segment_updates`;
    const { status, answer } = await call(stack, token, 'POST', path, lines.join('\n'));
    expect(status).toBe(200);
    const report = ingestReportSchema.parse(answer.data);
    expect(report).toMatchObject({ accepted: 3, rejected: 4 });
    expect(report.rejections.map(({ line, path }) => [line, path])).toEqual([
      [2, ''],
      [4, 'user_identifiers[0].user_point_id'],
      [5, 'operation'],
      [6, ''],
    ]);
    await expect
      .poll(async () => (await stack.client.statistics(feedId)).updates, { timeout: 10_000 })
      .toMatchObject({ accepted: 3, no_eligible_identifier: 3, open: 0, in_flight: 0 });
  });
});

const closedPort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

const servers = {
  platform: (folder: string, port = 0) =>
    runProcess(scripts.platform, ['serve', '--data-dir', folder, '--port', String(port)]),
  shop: (folder: string, port = 0) =>
    runProcess(scripts.shop, ['--data-dir', folder, '--port', String(port)], {
      SHOP_API_USER: 'user',
      SHOP_API_PASSWORD: 'password',
    }),
};

describe.each(Object.entries(servers))('the %s', (_, start) => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });

  const refused = async (run: ReturnType<typeof start>): Promise<string> => {
    const { code, stderr } = await run.ended;
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    return stderr;
  };

  it('says in one sentence that its port is taken', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    onTestFinished(() => void blocker.close());
    const { port } = blocker.address() as { port: number };
    expect(await refused(start(folder, port))).toMatch(/port.*taken|another process is using it/);
  });

  it('says in one sentence that its data folder cannot be written', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(await refused(start(join(file, 'data')))).toContain(file);
  });

  it('goes on with its data after a restart, and ends with code 0 when told to', async () => {
    for (let round = 0; round < 2; round += 1) {
      const run = start(folder);
      await run.printed(/"event":"listening"/);
      run.kill('SIGTERM');
      expect((await run.ended).code).toBe(0);
    }
  });
});

describe('a second platform on the same folder', () => {
  it('is refused in one sentence and does the first no harm', async () => {
    const { stack, path, token } = await startStack();
    mkdirSync(join(path, 'platform'), { recursive: true });
    const { code, stderr } = await servers.platform(join(path, 'platform')).ended;
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(path);
    expect((await call(stack, token, 'GET', '/v1/plugins')).status).toBe(200);
  });
});
