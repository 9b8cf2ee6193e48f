import type { FeedResource } from '@batchfeed/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFeed, startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';
import { answer, startTestPlugin, type TestPlugin } from '../testing/test-plugin.ts';

let plugin: TestPlugin;
let operator: TestPlatform;

beforeAll(async () => {
  plugin = await startTestPlugin();
  operator = await startTestPlatform();
});
afterAll(async () => {
  await operator.close();
  await plugin.close();
});

const PLUGIN = { plugin_type: 'AUDIENCE_SEGMENT_EXTERNAL_FEED', organisation_id: '1', group_id: 'com.example' };

describe('authentication', () => {
  it.each([
    ['none', ''],
    ['a wrong token', 'x'.repeat(43)],
    ['a wrong scheme', 'Basic eDp5'],
  ])('answers %s with 401 in the error wrapper, before the body is read', async (_, authorization) => {
    for (const path of ['/v1/plugins', '/v1/nowhere', '/v1/audience_segment_external_feeds/1/user_segment_updates']) {
      const { status, body } = await operator.call('POST', path, 'not json', { authorization });
      expect(status).toBe(401);
      expect(body).toEqual({ status: 'error', error: expect.any(String), error_id: expect.any(String) });
      expect(operator.log.some((entry) => entry.error_id === body.error_id)).toBe(true);
    }
  });

  it('keeps the token out of the log and the database', async () => {
    await operator.call('POST', '/v1/plugins', { nonsense: true });
    expect(JSON.stringify(operator.log)).not.toContain(operator.token);
  });
});

describe('errors', () => {
  it.each([
    ['POST', '/v1/plugins', { ...PLUGIN, artifact_id: 'x', plugin_type: 'FEED' }, 400, 'plugin_type'],
    ['POST', '/v1/plugins', { ...PLUGIN, artifact_id: 'x', colour: 'red' }, 400, 'colour'],
    ['POST', '/v1/plugins', '{"half":', 400, ''],
    ['POST', '/v1/plugins', undefined, 400, ''],
    ['GET', '/v1/plugins/999', undefined, 404, '999'],
    ['GET', '/v1/plugins/007', undefined, 404, '007'],
    ['GET', '/v1/plugins?max_results=5000', undefined, 400, 'max_results'],
    ['GET', '/v1/nowhere', undefined, 404, '/v1/nowhere'],
    ['DELETE', '/v1/plugins', undefined, 404, 'DELETE'],
    ['POST', '/v1/audience_segment_external_feeds/999/activate', undefined, 404, '999'],
    ['GET', '/v1/audience_segment_external_feeds/..%2f1', undefined, 404, ''],
  ])('%s %s is answered with what is wrong and where', async (method, path, body, status, named) => {
    const answer = await operator.call(
      method,
      path,
      body,
      body === '{"half":' ? { 'content-type': 'application/json' } : {},
    );
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({
      status: 'error',
      error: expect.stringContaining(named),
      error_id: expect.any(String),
    });
  });
});

describe('requests without a body', () => {
  it('may name a content type', async () => {
    const feed = await makeFeed(operator, plugin.url, { activate: false });
    const json = { 'content-type': 'application/json' };
    expect((await operator.call('POST', `${feed.path}/activate`, '', json)).status).toBe(200);
    expect((await operator.call('POST', '/v1/plugins', '', json)).status).toBe(400);
  });
});

describe('plugins and versions', () => {
  it('are created, listed by page and read', async () => {
    const created = [];
    for (const artifact_id of ['page-a', 'page-b', 'page-c']) {
      created.push(await operator.do('POST', '/v1/plugins', { ...PLUGIN, artifact_id }));
    }
    expect(created[0]).toEqual({
      ...PLUGIN,
      artifact_id: 'page-a',
      id: expect.stringMatching(/^\d+$/),
      archived: false,
    });
    const page = await operator.call<unknown[]>('GET', '/v1/plugins?first_result=1&max_results=1');
    expect(page.body).toMatchObject({ status: 'ok', count: 1, first_result: 1, max_results: 1 });
    expect(page.body.total).toBeGreaterThanOrEqual(3);
    expect(page.body.data).toHaveLength(1);
    expect(await operator.do('GET', `/v1/plugins/${created[2]?.id}`)).toEqual(created[2]);
  });

  it('exist once', async () => {
    const body = { ...PLUGIN, artifact_id: 'once' };
    const { id } = await operator.do('POST', '/v1/plugins', body);
    expect((await operator.call('POST', '/v1/plugins', body)).status).toBe(409);
    await operator.do('POST', `/v1/plugins/${id}/versions`, { version_id: '1.0.0' });
    expect((await operator.call('POST', `/v1/plugins/${id}/versions`, { version_id: '1.0.0' })).status).toBe(409);
  });

  it('move from DRAFT to ACTIVE to ARCHIVED and never back, and are found by id and by name', async () => {
    const { id } = await operator.do('POST', '/v1/plugins', { ...PLUGIN, artifact_id: 'states' });
    const version = await operator.do('POST', `/v1/plugins/${id}/versions`, { version_id: '1.2.0-rc1' });
    expect(version).toMatchObject({ status: 'DRAFT', plugin_id: id, version_id: '1.2.0-rc1' });
    const path = `/v1/plugins/${id}/versions/1.2.0-rc1`;
    expect(await operator.do('GET', path)).toEqual(version);
    expect(await operator.do('GET', `/v1/plugins/${id}/versions/${version.id}`)).toEqual(version);
    expect(await operator.do('PUT', path, { status: 'ACTIVE' })).toMatchObject({ status: 'ACTIVE' });
    expect(await operator.do('GET', `/v1/plugins/${id}`)).toMatchObject({ current_version_id: version.id });
    expect((await operator.call('PUT', path, { status: 'DRAFT' })).status).toBe(409);
    await operator.do('PUT', path, { status: 'ARCHIVED' });
    expect((await operator.call('PUT', path, { status: 'ACTIVE' })).status).toBe(409);
  });

  it.each([
    'http://169.254.169.254/latest',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://metadata.google.internal/',
    'http://user:secret@127.0.0.1/',
    'http://127.0.0.1/?q=1',
    'http://0xA9FEA9FE/',
  ])('refuse %s as base_url', async (base_url) => {
    const { id } = await operator.do('POST', '/v1/plugins', { ...PLUGIN, artifact_id: `url-${base_url}` });
    const answer = await operator.call('POST', `/v1/plugins/${id}/versions`, { version_id: '1.0.0', base_url });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toContain('base_url');
    expect(answer.body.error).not.toContain('secret');
  });
});

describe('batching configurations', () => {
  async function makeVersion(plugin_type: string, artifact_id: string) {
    const { id } = await operator.do('POST', '/v1/plugins', { ...PLUGIN, plugin_type, artifact_id });
    const version = await operator.do('POST', `/v1/plugins/${id}/versions`, { version_id: '1.0.0' });
    const body = { plugin_version_id: version.id, enable_batching: true, batch_flush_max_size: 50 };
    return { path: `/v1/plugins/${id}/versions/${version.id}/batching_configurations`, body, version };
  }

  it('are created, read, replaced and deleted, one per version', async () => {
    const { path, body, version } = await makeVersion('AUDIENCE_SEGMENT_EXTERNAL_FEED', 'batching');
    const created = await operator.do('POST', path, body);
    const full = { ...body, batch_flush_max_bytes: 8_388_608, batch_flush_max_age_ms: 60_000, ordering: 'USER' };
    expect(created).toEqual({ ...full, id: expect.any(String), plugin_version_id: version.id });
    expect((await operator.call('POST', path, body)).status).toBe(409);
    expect(await operator.do('GET', path)).toEqual([created]);
    const changed = { ...full, enable_batching: false, batch_flush_max_bytes: 2_000, ordering: 'GROUPING_KEY' };
    expect(await operator.do('PUT', `${path}/${created.id}`, changed)).toEqual({ ...changed, id: created.id });
    expect(await operator.do('GET', `${path}/${created.id}`)).toEqual({ ...changed, id: created.id });
    // A PUT replaces: an order that is left out is the default again.
    const { ordering: _, ...unordered } = changed;
    expect(await operator.do('PUT', `${path}/${created.id}`, unordered)).toMatchObject({ ordering: 'USER' });
    expect((await operator.call('GET', `${path}/999`)).status).toBe(404);
    expect((await operator.call('PUT', `${path}/999`, body)).status).toBe(404);
    await operator.do('DELETE', `${path}/${created.id}`);
    expect((await operator.call('DELETE', `${path}/${created.id}`)).status).toBe(404);
    expect(await operator.do('GET', path)).toEqual([]);
  });

  it.each(['ML_FUNCTION', 'AUDIENCE_SEGMENT_TAG_FEED', 'EMAIL_ROUTER'])(
    'are refused for a plugin of type %s',
    async (type) => {
      const { path, body } = await makeVersion(type, `batching-${type}`);
      const answer = await operator.call('POST', path, body);
      expect(answer.status).toBe(400);
      expect(answer.body.error).toContain(type);
    },
  );

  it('are refused with an unknown order, in a sentence that names those there are', async () => {
    const { path, body } = await makeVersion('AUDIENCE_SEGMENT_EXTERNAL_FEED', 'ordering');
    const { status, body: answer } = await operator.call('POST', path, { ...body, ordering: 'KEY' });
    expect([status, answer.error]).toEqual([400, expect.stringMatching(/^ordering: must be USER .*GROUPING_KEY/)]);
    const created = await operator.do('POST', path, { ...body, ordering: 'GROUPING_KEY' });
    await operator.restart();
    expect(await operator.do('GET', path)).toEqual([created]);
  });

  it('name the version of the path, by id or by name', async () => {
    const { path, body } = await makeVersion('AUDIENCE_SEGMENT_EXTERNAL_FEED', 'naming');
    expect((await operator.call('POST', path, { ...body, plugin_version_id: '999' })).status).toBe(400);
    expect((await operator.call('POST', path, { ...body, batch_flush_max_size: 0 })).status).toBe(400);
    await operator.do('POST', path, { ...body, plugin_version_id: '1.0.0' });
  });
});

describe('feeds', () => {
  it('need a segment, a plugin of the right type and one of its versions', async () => {
    const feed = await makeFeed(operator, plugin.url, { activate: false });
    const other = await operator.do('POST', '/v1/plugins', {
      ...PLUGIN,
      plugin_type: 'ML_FUNCTION',
      artifact_id: 'function',
    });
    const body = { segment_id: '1', plugin_id: feed.pluginId, plugin_version_id: feed.versionId };
    for (const [wrong, named] of [
      [{ segment_id: '999' }, 'segment_id'],
      [{ plugin_id: '999' }, 'plugin_id'],
      [{ plugin_id: other.id }, 'ML_FUNCTION'],
      [{ plugin_version_id: '9.9.9' }, 'plugin_version_id'],
    ] as const) {
      const { status, body: answered } = await operator.call('POST', '/v1/audience_segment_external_feeds', {
        ...body,
        ...wrong,
      });
      expect([status, answered.error]).toEqual([400, expect.stringContaining(named)]);
    }
  });

  it('have a limit of the backlog of their own where they are given one, until it is taken back', async () => {
    const { path, pluginId, versionId } = await makeFeed(operator, plugin.url, { activate: false });
    const feed = await operator.do<FeedResource>('GET', path);
    expect(feed).not.toHaveProperty('max_backlog_bytes');
    const body = { segment_id: feed.segment_id, plugin_id: pluginId, plugin_version_id: versionId };
    const feeds = '/v1/audience_segment_external_feeds';
    const limited = await operator.do<FeedResource>('POST', feeds, { ...body, max_backlog_bytes: 2_000_000 });
    expect(limited.max_backlog_bytes).toBe(2_000_000);
    const renamed = await operator.do<FeedResource>('PUT', `${feeds}/${limited.id}`, { name: 'other' });
    expect(renamed).toMatchObject({ name: 'other', max_backlog_bytes: 2_000_000 });
    const free = await operator.do<FeedResource>('PUT', `${feeds}/${limited.id}`, { max_backlog_bytes: null });
    expect(free).not.toHaveProperty('max_backlog_bytes');
    const low = await operator.call('PUT', `${feeds}/${limited.id}`, { max_backlog_bytes: 1_000 });
    expect([low.status, low.body.error]).toEqual([400, expect.stringMatching(/max_backlog_bytes: .*one line/)]);
  });

  it('are activated by calling the plugin, twice, with what it is promised', async () => {
    const feed = await makeFeed(operator, plugin.url, { activate: false });
    expect(await operator.do('GET', feed.path)).toMatchObject({ status: 'INITIAL', datamart_id: '77' });
    const before = plugin.requests.length;
    const active = await operator.do('POST', `${feed.path}/activate`);
    expect(active).toMatchObject({ status: 'ACTIVE', session_id: expect.any(String) });
    const calls = plugin.requests.slice(before);
    expect(calls.map(({ path }) => path)).toEqual(['/v1/external_segment_creation', '/v1/external_segment_connection']);
    for (const { json } of calls) {
      expect(json).toEqual({ feed_id: feed.id, datamart_id: '77', segment_id: active.segment_id });
    }
    expect(await operator.do('POST', `${feed.path}/activate`)).toEqual(active);
    expect(plugin.requests).toHaveLength(before + 2);
  });

  it('stay inactive while nobody answers, and say why', async () => {
    const gone = await startTestPlugin();
    await gone.close();
    const feed = await makeFeed(operator, gone.url, { activate: false });
    const { status, body } = await operator.call('POST', `${feed.path}/activate`);
    expect(status).toBe(502);
    expect(body.error).toContain('refuses connections');
    expect(await operator.do('GET', feed.path)).toMatchObject({ status: 'INITIAL' });
    expect((await operator.call('POST', `${feed.path}/user_segment_updates`, '{}\n')).status).toBe(409);
  });

  it('stay inactive when the plugin refuses, and go on where they stopped', async () => {
    const shy = await startTestPlugin();
    const feed = await makeFeed(operator, shy.url, { activate: false });
    const activate = () => operator.call('POST', `${feed.path}/activate`);

    shy.on('/v1/external_segment_creation', (_, response) =>
      answer(response, 500, { status: 'error', message: 'no such list' }),
    );
    expect((await activate()).body.error).toContain('no such list');
    shy.on('/v1/external_segment_creation', (_, response) =>
      answer(response, 500, { status: 'error', message: 'secret path', visibility: 'PRIVATE' }),
    );
    expect((await activate()).body.error).not.toContain('secret path');
    shy.on('/v1/external_segment_creation', (_, response) => answer(response, 200, '<html>'));
    expect((await activate()).body.error).toContain('no valid answer');
    expect(await operator.do('GET', feed.path)).toMatchObject({ status: 'INITIAL' });

    shy.on('/v1/external_segment_creation', (_, response) => answer(response, 200, { status: 'ok' }));
    shy.on('/v1/external_segment_connection', (_, response) =>
      answer(response, 502, { status: 'external_segment_not_ready_yet' }),
    );
    expect((await activate()).body.error).toContain('not_ready_yet');
    expect(await operator.do('GET', feed.path)).toMatchObject({ status: 'PUBLISHED' });

    shy.on('/v1/external_segment_connection', (_, response) => answer(response, 200, { status: 'ok' }));
    expect((await activate()).status).toBe(200);
    expect(shy.ofPath('/v1/external_segment_creation')).toHaveLength(4);
    await shy.close();
  });

  it('are not activated without an address, or on an archived version', async () => {
    const feed = await makeFeed(operator, plugin.url, { activate: false });
    await operator.do('PUT', feed.versionPath, { status: 'ARCHIVED' });
    const { status, body } = await operator.call('POST', `${feed.path}/activate`);
    expect([status, body.error]).toEqual([409, expect.stringContaining('archived')]);
  });

  it('carry the properties of their version, and their own over them', async () => {
    const { id } = await operator.do('POST', '/v1/plugins', { ...PLUGIN, artifact_id: 'properties' });
    await operator.do('POST', `/v1/plugins/${id}/versions`, {
      version_id: '1.0.0',
      plugin_properties: [
        { technical_name: 'limit', property_type: 'INT', value: { value: 5 } },
        {
          technical_name: 'fixed',
          property_type: 'STRING',
          value: { value: 'x' },
          origin: 'PLUGIN_STATIC',
          writable: false,
        },
      ],
    });
    const segment = await operator.do('POST', '/v1/audience_segments', {
      name: 's',
      datamart_id: '1',
      organisation_id: '1',
    });
    const feed = await operator.do('POST', '/v1/audience_segment_external_feeds', {
      segment_id: segment.id,
      plugin_id: id,
      plugin_version_id: '1.0.0',
    });
    const path = `/v1/audience_segment_external_feeds/${feed.id}/properties`;
    await operator.do('PUT', `${path}/technical_name=limit`, { property_type: 'INT', value: { value: 6 } });
    await operator.do('PUT', `${path}/technical_name=${encodeURIComponent('a b/é')}`, {
      property_type: 'STRING',
      value: { value: '' },
    });
    expect(
      (await operator.call('PUT', `${path}/technical_name=fixed`, { property_type: 'STRING', value: {} })).status,
    ).toBe(409);
    expect(await operator.do('GET', path)).toEqual([
      {
        technical_name: 'limit',
        property_type: 'INT',
        value: { value: 6 },
        origin: 'INSTANCE',
        writable: true,
        deletable: false,
      },
      {
        technical_name: 'fixed',
        property_type: 'STRING',
        value: { value: 'x' },
        origin: 'PLUGIN_STATIC',
        writable: false,
        deletable: false,
      },
      {
        technical_name: 'a b/é',
        property_type: 'STRING',
        value: { value: '' },
        origin: 'INSTANCE',
        writable: true,
        deletable: true,
      },
    ]);
  });
});
