import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { audienceSegmentExternalFeedSchema, audienceSegmentSchema, pluginPropertySchema } from '@batchfeed/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFeed, startTestPlatform, type TestFeed, type TestPlatform } from '../testing/test-platform.ts';
import { startTestPlugin, type TestPlugin } from '../testing/test-plugin.ts';

let plugin: TestPlugin;
let operator: TestPlatform;
let feed: TestFeed;
let other: TestFeed;
let authorization: string;
let credentials: Record<string, string>;

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const asPlugin = (method: string, path: string, body?: unknown) => operator.call(method, path, body, { authorization });

beforeAll(async () => {
  plugin = await startTestPlugin();
  operator = await startTestPlatform();
  feed = await makeFeed(operator, plugin.url);
  other = await makeFeed(operator, plugin.url);
  credentials = await operator.do('POST', `${feed.versionPath}/worker_credentials`);
  authorization = basic(credentials.worker_id as string, credentials.authentication_token as string);
});
afterAll(async () => {
  await operator.close();
  await plugin.close();
});

describe('the gateway', () => {
  it('shows a plugin its feed, segment and properties in the promised shapes', async () => {
    await operator.do('PUT', `${feed.path}/properties/technical_name=shop_api_url`, {
      property_type: 'STRING',
      value: { value: 'http://127.0.0.1' },
    });
    const shown = await asPlugin('GET', feed.path);
    expect(audienceSegmentExternalFeedSchema.parse(shown.body.data)).toMatchObject({ id: feed.id });
    const segment = await asPlugin('GET', `${feed.path}/audience_segment`);
    expect(audienceSegmentSchema.parse(segment.body.data)).toMatchObject({ name: 'people', datamart_id: '77' });
    const properties = await asPlugin('GET', `${feed.path}/properties`);
    expect(properties.body.count).toBe(1);
    expect(pluginPropertySchema.array().parse(properties.body.data)).toMatchObject([
      { value: { value: 'http://127.0.0.1' } },
    ]);
  });

  it('lets a plugin keep properties of its feed', async () => {
    const created = {
      technical_name: 'cursor',
      property_type: 'STRING',
      value: { value: 'a' },
      origin: 'INSTANCE',
      writable: true,
    };
    expect((await asPlugin('POST', `${feed.path}/properties`, created)).status).toBe(200);
    const changed = { ...created, value: { value: 'b' } };
    expect((await asPlugin('PUT', `${feed.path}/properties/technical_name=cursor`, changed)).status).toBe(200);
    const { data } = (await operator.call<Record<string, unknown>[]>('GET', `${feed.path}/properties`)).body;
    expect(data.find(({ technical_name: name }) => name === 'cursor')).toMatchObject({ value: { value: 'b' } });
  });

  it.each(['', '/properties', '/audience_segment'])('hides the feeds of others (%s)', async (route) => {
    const { status, body } = await asPlugin('GET', other.path + route);
    const missing = await asPlugin('GET', `/v1/audience_segment_external_feeds/999${route}`);
    expect([status, missing.status]).toEqual([404, 404]);
    expect(body.error.replace(other.id, '999')).toBe(missing.body.error);
  });

  it('lets no worker change the feeds of others', async () => {
    const body = { technical_name: 'x', property_type: 'STRING', value: { value: 'stolen' } };
    expect((await asPlugin('POST', `${other.path}/properties`, body)).status).toBe(404);
    expect((await asPlugin('PUT', `${other.path}/properties/technical_name=x`, body)).status).toBe(404);
    expect(await operator.do('GET', `${other.path}/properties`)).toEqual([]);
  });

  it.each([
    ['a wrong token', () => basic(credentials.worker_id as string, 'nope')],
    ['an unknown worker', () => basic('nobody', credentials.authentication_token as string)],
    ['nothing', () => 'Basic '],
    ['no colon', () => `Basic ${Buffer.from('abc').toString('base64')}`],
    ["the operators' token", () => basic('', operator.token)],
  ])('answers %s with 401', async (_, wrong) => {
    const { status, body } = await operator.call('GET', feed.path, undefined, { authorization: wrong() });
    expect([status, body.status]).toEqual([401, 'error']);
  });

  it('gives workers none of what operators do, under any address', async () => {
    for (const path of [
      '/v1/plugins',
      `${feed.path}/statistics`,
      `${feed.path}/activate`,
      `//v1/plugins`,
      '/../v1/plugins',
    ]) {
      expect((await asPlugin('GET', path)).status).toBe(404);
    }
    const token = await operator.call('GET', `/gateway${feed.path}`);
    expect(token.status).toBe(401);
  });

  it('forgets revoked credentials at once', async () => {
    const second = await operator.do('POST', `${feed.versionPath}/worker_credentials`);
    const header = { authorization: basic(second.worker_id as string, second.authentication_token as string) };
    expect((await operator.call('GET', feed.path, undefined, header)).status).toBe(200);
    const listed = await operator.do<object[]>('GET', `${feed.versionPath}/worker_credentials`);
    expect(listed).toHaveLength(2);
    expect(JSON.stringify(listed)).not.toContain(second.authentication_token);
    await operator.do('DELETE', `${feed.versionPath}/worker_credentials/${second.worker_id}`);
    expect((await operator.call('GET', feed.path, undefined, header)).status).toBe(401);
  });

  it('keeps no token in clear on disk or in the log', async () => {
    const files = await Promise.all(
      ['platform.db', 'platform.db-wal'].map((name) =>
        readFile(join(operator.dataDir, name)).catch(() => Buffer.alloc(0)),
      ),
    );
    expect(Buffer.concat(files).length).toBeGreaterThan(1_000);
    for (const secret of [credentials.authentication_token as string, operator.token]) {
      for (const file of files) expect(file.includes(secret)).toBe(false);
      expect(JSON.stringify(operator.log)).not.toContain(secret);
    }
  });
});
