import type { PluginCheck } from '@batchfeed/schemas';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';
import { answer, STATUS, startTestPlugin, type TestPlugin } from '../testing/test-plugin.ts';

const METADATA = '/v1/metadata';
let plugin: TestPlugin;
let operator: TestPlatform;

beforeEach(async () => {
  plugin = await startTestPlugin();
  operator = await startTestPlatform();
});
afterEach(async () => {
  await operator.close();
  await plugin.close();
});

const check = (base_url = plugin.url) => operator.do<PluginCheck>('POST', '/v1/plugins/check', { base_url });

it('a plugin that is ready says what it is, at any path', async () => {
  plugin.on(METADATA, (_, response) => answer(response, 200, { runtime: 'node', artifact_id: '<img onerror=x>' }));
  plugin.on(`/deep${STATUS}`, (_, response) => answer(response, 200, {}));
  expect(await check()).toEqual({
    reachable: true,
    status: 200,
    ms: expect.any(Number),
    metadata: { runtime: 'node', artifact_id: '<img onerror=x>' },
    problem: null,
  });
  expect(await check(`${plugin.url}/deep/`)).toMatchObject({ status: 200, metadata: null, problem: null });
  expect(plugin.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
});

it('a plugin that is not says why: away, not initialised, something else, or nonsense', async () => {
  plugin.on(STATUS, (_, response) => answer(response, 503, {}));
  plugin.on(METADATA, (_, response) => answer(response, 200, '["no object"]'));
  expect(await check()).toMatchObject({
    reachable: true,
    status: 503,
    metadata: null,
    problem: expect.stringMatching(/not initialised/),
  });
  plugin.on(STATUS, (_, response) => answer(response, 404, 'nothing here'));
  expect(await check()).toMatchObject({ status: 404, problem: expect.stringMatching(/no \/v1\/status/) });
  plugin.on(STATUS, (_, response) => answer(response, 200, 'x'.repeat(20_000)));
  expect(await check()).toMatchObject({
    reachable: false,
    status: null,
    problem: expect.stringMatching(/longer than/),
  });
  plugin.on(STATUS, (_, response) => void response.socket?.end('garbage\r\n\r\n'));
  expect(await check()).toMatchObject({ reachable: false, problem: expect.stringMatching(/call failed|not HTTP/) });
  await plugin.close();
  expect(await check()).toMatchObject({
    reachable: false,
    status: null,
    problem: expect.stringMatching(/refuses connections/),
  });
  plugin = await startTestPlugin();
});

it('nothing is asked at addresses that plugins must not have, and by nobody but an admin', async () => {
  const { port } = new URL(operator.platform.url);
  expect(await check(operator.platform.url)).toMatchObject({
    reachable: false,
    problem: expect.stringMatching(/platform's own/),
  });
  expect(await check(`http://localhost:${port}`)).toMatchObject({
    reachable: false,
    problem: expect.stringMatching(/platform's own/),
  });
  for (const base_url of ['http://169.254.169.254/latest', 'http://user:pass@x.example', 'ftp://x.example']) {
    expect((await operator.call('POST', '/v1/plugins/check', { base_url })).status).toBe(400);
  }
  const { token } = await operator.do('POST', '/v1/api_tokens', { name: 'runner', role: 'operate' });
  const asked = await operator.call(
    'POST',
    '/v1/plugins/check',
    { base_url: plugin.url },
    { authorization: token as string },
  );
  expect(asked.status).toBe(403);
  expect(plugin.requests).toEqual([]);
});
