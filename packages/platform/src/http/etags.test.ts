import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

async function tagOf(path: string): Promise<string> {
  const { headers } = await fetch(`${operator.platform.url}${path}`, { headers: { authorization: operator.token } });
  return headers.get('etag') as string;
}

async function change(method: string, path: string, ifMatch: string, body?: unknown): Promise<number> {
  return (await operator.call(method, path, body, { 'if-match': ifMatch })).status;
}

describe('If-Match', () => {
  const throttling = { scope: 'GLOBAL', plugin_endpoint: '/v1/user_segment_update', max_qps: 5 };

  it('keeps a throttling and a batching configuration that somebody changed from being deleted', async () => {
    const { id } = await operator.do('POST', `${feed.versionPath}/throttlings`, throttling);
    const [batching] = await operator.do<{ id: string }[]>('GET', `${feed.versionPath}/batching_configurations`);
    const batchingPath = `${feed.versionPath}/batching_configurations/${batching?.id}`;
    const changed = { plugin_version_id: feed.versionId, enable_batching: true, batch_flush_max_size: 7 };
    for (const [path, body] of [
      [`${feed.versionPath}/throttlings/${id}`, { ...throttling, max_qps: 6 }],
      [batchingPath, changed],
    ] as const) {
      const read = await tagOf(path);
      await operator.do('PUT', path, body);
      expect([path, await change('DELETE', path, read)]).toEqual([path, 412]);
      expect(await change('DELETE', path, await tagOf(path))).toBe(200);
      expect(await change('DELETE', path, '*')).toBe(404);
    }
  });

  it('tells credentials of a destination apart although they are not shown', async () => {
    const { id } = await operator.do('POST', '/v1/feed_destinations', { name: 'Shop', organisation_id: '1' });
    const path = `/v1/feed_destinations/${id}`;
    const put = (secret: string, ifMatch: string) =>
      change('PUT', `${path}/credentials`, ifMatch, { scheme: 'API_TOKEN', credentials: { token: secret } });
    expect(await put('first', await tagOf(path))).toBe(200);
    const read = await tagOf(path);
    expect(await put('second', read)).toBe(200);
    expect(await put('third', read)).toBe(412);
  });

  it('guards files and realms, also where there are none yet', async () => {
    const file = `${feed.versionPath}/configuration_files/technical_name=a`;
    const data = '/v1/data_files/data?uri=mics%3A%2F%2Fa';
    const realms = '/v1/datamarts/77/user_agent_identifier_realm_selections';
    const domain = { id: '1', organisation_id: '1', name: 'shop', sld_name: 'example.org' };
    const realm = { id: '3', datamart_id: '77', realm_type: 'WEB_DOMAIN', web_domain: domain };
    for (const [path, body, other] of [
      [file, 'one', 'other'],
      [data, 'one', 'other'],
      [realms, [], [realm]],
    ] as const) {
      expect([path, await change('PUT', path, '"of something else"', body)]).toEqual([path, 412]);
      await operator.do('PUT', path, body);
      const read = await tagOf(path);
      expect(await change('PUT', path, read, other)).toBe(200);
      expect(await change('PUT', path, read, body)).toBe(412);
    }
    expect(await change('DELETE', file, '"of something else"')).toBe(412);
    expect(await change('DELETE', file, await tagOf(file))).toBe(200);
  });

  it('guards the life of a feed', async () => {
    const read = await tagOf(feed.path);
    await operator.do('PUT', feed.path, { name: 'renamed' });
    for (const deed of ['pause', 'activate', 'resume', 'drain']) {
      expect([deed, await change('POST', `${feed.path}/${deed}`, read)]).toEqual([deed, 412]);
    }
    expect(await change('POST', `${feed.path}/pause`, await tagOf(feed.path))).toBe(200);
    expect(await change('POST', `${feed.path}/resume`, await tagOf(feed.path))).toBe(200);
  });

  it('is refused where nothing has a tag, and not where nothing is', async () => {
    const path = `${feed.versionPath}/worker_credentials`;
    const { worker_id: worker } = await operator.do('POST', path);
    expect(await change('DELETE', `${path}/${worker}`, '"any"')).toBe(412);
    expect(await change('DELETE', `${path}/${worker}`, '*')).toBe(200);
    expect(await change('PUT', '/v1/nowhere', '"any"')).toBe(404);
  });
});
