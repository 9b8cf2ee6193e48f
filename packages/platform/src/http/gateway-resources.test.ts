import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFeed, startTestPlatform, type TestFeed, type TestPlatform, update } from '../testing/test-platform.ts';
import { BATCH, startTestPlugin, type TestPlugin, UPDATE } from '../testing/test-plugin.ts';

let plugin: TestPlugin;
let operator: TestPlatform;
let feed: TestFeed;
let other: TestFeed;
let own: string;
let stranger: string;
let destination: string;

const workerOf = async ({ versionPath }: TestFeed) => {
  const worker = await operator.do('POST', `${versionPath}/worker_credentials`);
  return { id: worker.worker_id, basic: `Basic ${btoa(`${worker.worker_id}:${worker.authentication_token}`)}` };
};
const as = (authorization: string, method: string, path: string, body?: unknown, headers = {}) =>
  operator.call(method, path, body, { authorization, ...headers });
const bytes = async (authorization: string, path: string) => {
  const answer = await fetch(`${operator.platform.url}${path}`, { headers: { authorization } });
  return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
};

beforeAll(async () => {
  plugin = await startTestPlugin();
  operator = await startTestPlatform();
  other = await makeFeed(operator, plugin.url);
  const bare = await makeFeed(operator, plugin.url, { activate: false });
  ({ id: destination } = (await operator.do('POST', '/v1/feed_destinations', {
    name: 'shop',
    organisation_id: '1',
  })) as { id: string });
  const { segment_id } = await bare.resource();
  const bound = await operator.do('POST', '/v1/audience_segment_external_feeds', {
    segment_id,
    plugin_id: bare.pluginId,
    plugin_version_id: bare.versionId,
    feed_destination_id: destination,
  });
  feed = { ...bare, id: bound.id as string, path: `/v1/audience_segment_external_feeds/${bound.id}` };
  own = (await workerOf(feed)).basic;
  stranger = (await workerOf(other)).basic;
});
afterAll(async () => {
  await operator.close();
  await plugin.close();
});

describe('the gateway', () => {
  it('gives credentials of a destination to the plugins that deliver there, and takes new ones from them', async () => {
    const path = `/v1/feed_destinations/${destination}/credentials`;
    expect((await as(own, 'GET', path)).status).toBe(404);
    const credentials = { scheme: 'LOGIN_PASSWORD', credentials: { login: 'a', password: 'b' } };
    await operator.do('PUT', path, credentials);
    expect((await as(own, 'GET', path)).body.data).toEqual(credentials);
    const renewed = { scheme: 'OAUTH2', credentials: { refresh_token: 'c' } };
    expect((await as(own, 'POST', path, renewed)).status).toBe(200);
    await operator.restart();
    expect((await as(own, 'GET', path)).body.data).toEqual(renewed);
    for (const [method, body] of [['GET'], ['POST', renewed]] as const) {
      expect((await as(stranger, method, path, body)).status).toBe(404);
    }
    expect((await as(own, 'GET', '/v1/feed_destinations/99/credentials')).status).toBe(404);
  });

  it('tells the plugin of the destination in every call', async () => {
    await operator.do('POST', `${feed.path}/activate`);
    await operator.do('POST', `${feed.path}/user_segment_updates`, JSON.stringify(update('a')));
    await expect
      .poll(async () => {
        await operator.do('POST', `${feed.path}/drain`);
        return plugin.ofPath(BATCH).length;
      })
      .toBe(1);
    for (const path of ['/v1/external_segment_creation', '/v1/external_segment_connection', UPDATE]) {
      expect(plugin.ofPath(path).at(-1)?.json).toMatchObject({ feed_id: feed.id, feed_destination_id: destination });
    }
    expect(plugin.ofPath(BATCH)[0]?.json.context.feed_destination_id).toBe(destination);
  });

  it('keeps configuration files byte by byte, for their version alone', async () => {
    const content = Buffer.from([0, 255, 10, 13, 0x7b]);
    const path = '/v1/configuration/technical_name=map.bin';
    const put = await fetch(`${operator.platform.url}${path}`, {
      method: 'PUT',
      headers: { authorization: own, 'content-type': 'application/octet-stream' },
      body: content,
    });
    expect(put.status).toBe(200);
    expect(await bytes(own, path)).toEqual({ status: 200, body: content });
    expect((await bytes(stranger, path)).status).toBe(404);
    const file = `${feed.versionPath}/configuration_files/technical_name=map.bin`;
    expect((await bytes(operator.token, file)).body).toEqual(content);
    await operator.call('PUT', file, '{"json":true}', { 'content-type': 'application/json' });
    expect((await bytes(own, path)).body.toString()).toBe('{"json":true}');
    expect((await operator.call('GET', `${feed.versionPath}/configuration_files`)).body).toMatchObject({ total: 1 });
    await operator.do('DELETE', file);
    expect((await bytes(own, path)).status).toBe(404);
  });

  it('gives data files to plugins whose feeds name them', async () => {
    const uri = 'mics://data_file/tenants/1/map.csv';
    const path = `/v1/data_file/data?uri=${encodeURIComponent(uri)}`;
    await operator.call('PUT', `/v1/data_files/data?uri=${encodeURIComponent(uri)}`, 'a;b\n');
    expect((await bytes(own, path)).status).toBe(404);
    await operator.do('PUT', `${feed.path}/properties/technical_name=map`, {
      property_type: 'DATA_FILE',
      value: { uri },
    });
    expect(await bytes(own, path)).toEqual({ status: 200, body: Buffer.from('a;b\n') });
    expect((await bytes(stranger, path)).status).toBe(404);
  });

  it('lets no plugin say which data files it may read', async () => {
    const uri = 'mics://data_file/tenants/2/secret.csv';
    const path = `/v1/data_file/data?uri=${encodeURIComponent(uri)}`;
    await operator.call('PUT', `/v1/data_files/data?uri=${encodeURIComponent(uri)}`, 'of somebody else');
    const property = { technical_name: 'loot', property_type: 'DATA_FILE', value: { uri } };
    const put = (name: string, body: object) =>
      as(own, 'PUT', `${feed.path}/properties/technical_name=${name}`, body).then(({ status }) => status);
    const posted = await as(own, 'POST', `${feed.path}/properties`, property);
    expect([posted.status, posted.body.error]).toEqual([403, expect.stringContaining('for operators to say')]);
    expect(await put('loot', property)).toBe(403);
    // Neither by way of another type, nor by changing what an operator named.
    expect(await put('loot', { ...property, property_type: 'STRING' })).toBe(200);
    expect(await put('loot', property)).toBe(403);
    const named = { property_type: 'DATA_FILE', value: { uri: 'mics://data_file/tenants/1/other.csv' } };
    await operator.do('PUT', `${feed.path}/properties/technical_name=other`, named);
    expect(await put('other', { ...named, value: { uri } })).toBe(403);
    expect(await put('other', named)).toBe(200);
    expect((await bytes(own, path)).status).toBe(404);
  });

  it("lists the realms of its feeds' datamarts", async () => {
    const path = '/v1/datamarts/77/user_agent_identifier_realm_selections';
    const realm = {
      id: '1',
      realm_type: 'WEB_DOMAIN',
      datamart_id: '77',
      web_domain: { id: '1', organisation_id: '1', name: 'shop', sld_name: 'example.org' },
    };
    await operator.do('PUT', path, [realm]);
    expect((await as(own, 'GET', path)).body).toMatchObject({ status: 'ok', total: 1, data: [realm] });
    expect((await as(own, 'GET', '/v1/datamarts/78/user_agent_identifier_realm_selections')).status).toBe(404);
  });

  it('lets a worker in until its credentials are rotated or revoked', async () => {
    const worker = await workerOf(feed);
    expect((await as(worker.basic, 'GET', feed.path)).status).toBe(200);
    const rotated = await operator.do('POST', `${feed.versionPath}/worker_credentials/${worker.id}/rotate`);
    expect((await as(worker.basic, 'GET', feed.path)).status).toBe(401);
    const renewed = `Basic ${btoa(`${worker.id}:${rotated.authentication_token}`)}`;
    expect((await as(renewed, 'GET', feed.path)).status).toBe(200);
    expect((await operator.call('POST', `${other.versionPath}/worker_credentials/${worker.id}/rotate`)).status).toBe(
      404,
    );
    await operator.do('DELETE', `${feed.versionPath}/worker_credentials/${worker.id}`);
    expect((await as(renewed, 'GET', feed.path)).status).toBe(401);
  });
});
