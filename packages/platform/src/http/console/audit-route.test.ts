import { type AuditEntry, auditActions, auditEntrySchema } from '@batchfeed/schemas';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OWN_PAGE, testBrowser } from '../../testing/test-browser.ts';
import { makeFeed, startTestPlatform, type TestPlatform, update } from '../../testing/test-platform.ts';
import { answer, BATCH, startTestPlugin, type TestPlugin } from '../../testing/test-plugin.ts';

let plugin: TestPlugin;
let operator: TestPlatform;
let now: number;

beforeEach(async () => {
  now = Date.now();
  plugin = await startTestPlugin();
  operator = await startTestPlatform({ now: () => now });
});
afterEach(async () => {
  await operator.close();
  await plugin.close();
});

const audit = (query = '') => operator.do<AuditEntry[]>('GET', `/v1/audit?max_results=1000&${query}`);

it('the audit says who did what to which feed, newest first, and keeps it over a restart', async () => {
  plugin.on(BATCH, (_, response) => answer(response, 400, { status: 'ERROR' }));
  const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
  await feed.push([update('a'), update('b'), update('c')]);
  await feed.until(({ batches }) => batches.dead === 3);
  const { id, token } = await operator.do('POST', '/v1/api_tokens', { name: 'night shift', role: 'operate' });
  const { signIn, browse } = testBrowser(operator);
  const { cookie } = await signIn(token);
  now += 1_000;
  await browse('POST', `${feed.path}/dead_letters/replay`, { cookie, ...OWN_PAGE });
  const [latest] = await audit();
  expect(auditEntrySchema.parse(latest)).toEqual({
    id: expect.any(String),
    ts: now,
    token_name: 'night shift',
    role: 'operate',
    action: 'replay',
    feed_id: feed.id,
    target: null,
    count: 3,
  });
  await operator.do('DELETE', `/v1/api_tokens/${id}`);
  await operator.restart();
  const actions = (await audit()).map(({ action }) => action).reverse();
  expect(actions).toEqual([
    'plugin_create',
    'version_create',
    'batching_create',
    'feed_create',
    'feed_activate',
    'token_issue',
    'sign_in',
    'replay',
    'token_revoke',
  ]);
  expect((await audit('action=sign_in')).map(({ token_name: name }) => name)).toEqual(['night shift']);
  expect((await audit(`feed_id=${feed.id}`)).map(({ action }) => action)).toEqual([
    'replay',
    'feed_activate',
    'feed_create',
  ]);
  expect(await audit('feed_id=999')).toEqual([]);
  expect((await operator.call('GET', '/v1/audit?action=nonsense')).status).toBe(400);
});

it('the audit has every change of life, batching and access, and nothing that was refused or only looked at', async () => {
  plugin.on(BATCH, (_, response) => answer(response, 400, { status: 'ERROR' }));
  const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
  const before = (await audit()).length;
  const did = async (method: string, path: string, body?: unknown) => {
    await operator.do(method, path, body);
    const [entry] = await audit();
    return [entry?.action, entry?.feed_id, entry?.target];
  };
  const [configuration] = await operator.do<{ id: string }[]>('GET', `${feed.versionPath}/batching_configurations`);
  const version = `${feed.pluginId}/${feed.versionId}`;
  const batching = { plugin_version_id: feed.versionId, enable_batching: true, batch_flush_max_size: 1 };
  const one = `${feed.versionPath}/batching_configurations/${configuration?.id}`;
  expect(await did('PUT', one, batching)).toEqual(['batching_update', null, `${version}/${configuration?.id}`]);
  const throttling = { scope: 'GLOBAL', plugin_endpoint: '/v1/batch_update', max_qps: 1000 };
  expect(await did('POST', `${feed.versionPath}/throttlings`, throttling)).toEqual([
    'throttling_create',
    null,
    `${version}/1`,
  ]);
  expect(await did('PUT', feed.path, { name: 'renamed' })).toEqual(['feed_update', feed.id, null]);
  const property = { property_type: 'PASSWORD', value: { value: 'hush-hush' } };
  expect(await did('PUT', `${feed.path}/properties/technical_name=secret`, property)).toEqual([
    'feed_property',
    feed.id,
    'secret',
  ]);
  await feed.push([update('a')]);
  await feed.until(({ batches }) => batches.dead === 1);
  const [letter] = await operator.do<{ id: string }[]>('GET', `${feed.path}/dead_letters`);
  expect(await did('POST', `${feed.path}/dead_letters/${letter?.id}/replay`)).toEqual(['replay', feed.id, letter?.id]);
  await feed.until(({ batches }) => batches.dead === 1);
  const exported = await fetch(`${operator.platform.url}${feed.path}/dead_letters/export`, {
    headers: { authorization: operator.token },
  });
  expect((await exported.text()).split('\n')).toHaveLength(2);
  expect((await audit())[0]).toMatchObject({ action: 'export', feed_id: feed.id });
  expect(await did('POST', `${feed.path}/drain`)).toEqual(['feed_drain', feed.id, null]);
  expect(await did('POST', `${feed.path}/pause`)).toEqual(['feed_pause', feed.id, null]);
  expect(await did('POST', `${feed.path}/resume`)).toEqual(['feed_resume', feed.id, null]);
  expect(await did('DELETE', one)).toEqual(['batching_delete', null, `${version}/${configuration?.id}`]);
  expect(await did('DELETE', feed.path)).toEqual(['feed_delete', feed.id, null]);

  await operator.call('POST', '/v1/audience_segment_external_feeds/999/pause');
  await operator.call('POST', '/v1/session', { token: 'wrong' });
  await operator.do('GET', '/v1/plugins');
  const entries = await audit();
  expect(entries).toHaveLength(before + 11);
  expect(JSON.stringify(entries)).not.toContain('hush-hush');
  expect(entries.every(({ action }) => auditActions.includes(action))).toBe(true);
});
