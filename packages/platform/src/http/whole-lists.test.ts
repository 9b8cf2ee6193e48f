import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeFeed, startTestPlatform, type TestFeed, type TestPlatform } from '../testing/test-platform.ts';
import { startTestPlugin, type TestPlugin } from '../testing/test-plugin.ts';

let plugin: TestPlugin;
let operator: TestPlatform;
let feed: TestFeed;

beforeAll(async () => {
  plugin = await startTestPlugin();
  operator = await startTestPlatform();
  feed = await makeFeed(operator, plugin.url);
});
afterAll(async () => {
  await operator.close();
  await plugin.close();
});

it('short lists answer all there is, or the page that is asked for', async () => {
  const path = `${feed.versionPath}/throttlings`;
  for (const max_qps of [1, 2, 3]) {
    await operator.do('POST', path, { scope: 'GLOBAL', plugin_endpoint: '/v1/user_segment_update', max_qps });
  }
  const list = async (query: string) => (await operator.call<{ max_qps: number }[]>('GET', `${path}${query}`)).body;
  const { data: all, ...whole } = await list('');
  expect(whole).toEqual({ status: 'ok', count: 3, first_result: 0, max_results: 3, total: 3 });
  const { data, ...page } = await list('?first_result=1&max_results=1');
  expect(page).toEqual({ status: 'ok', count: 1, first_result: 1, max_results: 1, total: 3 });
  expect(data).toEqual([all[1]]);
  expect((await list('?first_result=1')).data).toEqual(all.slice(1));
  expect(await list('?first_result=3')).toMatchObject({ count: 0, total: 3, data: [] });
});

it('no list passes over a page it cannot give', async () => {
  const lists = [
    ...['throttlings', 'batching_configurations', 'worker_credentials', 'configuration_files'].map(
      (name) => `${feed.versionPath}/${name}`,
    ),
    ...['properties', 'dead_letters/groups', 'statistics/sessions', 'statistics/history'].map(
      (name) => `${feed.path}/${name}`,
    ),
    ...['statistics/rejected_identifiers', 'arrivals'].map((name) => `${feed.path}/${name}`),
    ...['api_tokens', 'backups', 'datamarts/77/user_agent_identifier_realm_selections'].map((name) => `/v1/${name}`),
  ];
  for (const path of lists) {
    expect([path, (await operator.call('GET', path)).status]).toEqual([path, 200]);
    for (const query of ['max_results=abc', 'max_results=1001', 'first_result=-1']) {
      const { status, body } = await operator.call('GET', `${path}?${query}`);
      expect([path, query, status, body.error]).toEqual([path, query, 400, expect.stringMatching(/_result/)]);
    }
  }
});
