import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BasePlugin, core, PluginSdkError, ResourceNotFoundError, TestingPluginRunner } from './index.ts';
import { SamplePlugin } from './sample-plugin.fixture.ts';
import { buildPlugin, buildUpdate, FakeGateway } from './testing.ts';

class Plain extends BasePlugin {}

const environment = { ...process.env };
beforeEach(() => {
  process.env.PLUGIN_WORKER_ID = 'Calavera';
  process.env.PLUGIN_AUTHENTICATION_TOKEN = 'Manny';
});
afterEach(() => {
  process.env = { ...environment };
});

describe('construction', () => {
  it.each(['PLUGIN_WORKER_ID', 'PLUGIN_AUTHENTICATION_TOKEN'])('throws without %s', (name) => {
    delete process.env[name];
    expect(() => new Plain()).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringContaining(name) }),
    );
  });

  it('reads the gateway from the environment when constructed', () => {
    expect(new Plain().outboundPlatformUrl).toBe('http://plugin-gateway.platform:8080');
    Object.assign(process.env, { GATEWAY_HOST: 'gateway', GATEWAY_PORT: '81' });
    expect(new Plain().outboundPlatformUrl).toBe('http://gateway:81');
    process.env.GATEWAY_PORT = 'eighty';
    expect(() => new Plain()).toThrow('GATEWAY_PORT must be a port number');
  });

  it('keeps contexts between one and 1.1 times the expiration, also an overridden one', () => {
    class Short extends BasePlugin {
      override INSTANCE_CONTEXT_CACHE_EXPIRATION = 1_000;
    }
    for (let index = 0; index < 100; index += 1) {
      const milliseconds = new Short().getInstanceContextCacheExpiration();
      expect(milliseconds).toBeGreaterThanOrEqual(1_000);
      expect(milliseconds).toBeLessThanOrEqual(1_100);
    }
  });

  it('is the same under core and flat', () => {
    expect(core.BasePlugin).toBe(BasePlugin);
    expect(core.ResourceNotFoundError).toBe(ResourceNotFoundError);
  });
});

describe('supervision', () => {
  it('answers status, init, metadata and log level', async () => {
    const { get, post, put } = buildPlugin(() => new Plain());
    expect((await get('/v1/status')).status).toBe(200);
    expect((await post('/v1/init', { anything: 1 })).status).toBe(200);
    expect(JSON.stringify((await get('/v1/metadata')).body)).toBe(
      JSON.stringify({ runtime: 'node', runtime_version: process.version, dependencies: {} }),
    );
    expect((await put('/v1/log_level', { level: 'WARN' })).status).toBe(200);
    expect((await get('/v1/log_level')).body).toEqual({ level: 'WARN' });
    expect((await put('/v1/log_level', {})).status).toBe(400);
    expect((await put('/v1/log_level')).status).toBe(400);
  });

  it('tells what the environment says of the plugin', async () => {
    process.env.PLUGIN_ARTIFACT_ID = 'shop';
    process.env.PLUGIN_VERSION = '1.0.0';
    const { get } = buildPlugin(() => new Plain());
    expect((await get('/v1/metadata')).body).toMatchObject({ artifact_id: 'shop', plugin_version: '1.0.0' });
  });

  it('is not ready, and serves no feed, without credentials', async () => {
    const { get, post, plugin } = buildPlugin(() => new SamplePlugin());
    plugin.onInitRequest({ worker_id: '', authentication_token: '' });
    expect((await get('/v1/status')).status).toBe(503);
    expect((await post('/v1/user_segment_update', buildUpdate())).status).toBe(500);
    plugin.onInitRequest({ worker_id: 'w', authentication_token: 't' });
    expect((await get('/v1/status')).status).toBe(200);
  });

  it('counts calls by route and status, and the lines of batches', async () => {
    const { post, get } = buildPlugin(() => new SamplePlugin());
    await post('/v1/batch_update', { batch_content: [1, 2, 3], context: { feed_id: '1' } });
    const { body } = await get('/metrics');
    expect(body).toContain('plugin_batch_lines_sum 3');
    expect(body).toContain('# TYPE plugin_request_duration_seconds histogram');
    expect(body).toMatch(/process_resident_memory_bytes \d+/);
  });

  it('says what is wrong with a call it has no route for', async () => {
    const { get, post } = buildPlugin(() => new Plain());
    expect(await get('/v2/status')).toMatchObject({ status: 404, body: { status: 'error' } });
    expect(await post('/v1/status')).toMatchObject({ status: 405, headers: { allow: 'GET' } });
  });
});

describe('gateway helpers', () => {
  const stub = () => {
    const transport = vi.fn();
    const { plugin } = new TestingPluginRunner(new SamplePlugin(), transport);
    return { plugin: plugin as SamplePlugin, transport };
  };

  it('hand the transport one object with what the official SDK puts there', async () => {
    const { plugin, transport } = stub();
    transport.mockReturnValue('YOLO');
    const body = { success: true };
    expect(await plugin.requestGatewayHelper('PUT', '/v1/easter_eggs/', body, { uri: 'x' })).toBe('YOLO');
    expect(transport).toHaveBeenCalledTimes(1);
    const options = transport.mock.calls[0]?.[0];
    expect(options).toMatchObject({
      method: 'PUT',
      uri: '/v1/easter_eggs/',
      auth: { user: 'Calavera', pass: 'Manny', sendImmediately: true },
      qs: { uri: 'x' },
      json: true,
      proxy: false,
    });
    expect(options.body).toBe(body);
  });

  it('read the transport again for each call', async () => {
    const { plugin } = stub();
    plugin._transport = () => Promise.resolve('first');
    expect(await plugin.requestGatewayHelper('GET', '/')).toBe('first');
    plugin._transport = () => 'second';
    expect(await plugin.requestGatewayHelper('GET', '/')).toBe('second');
  });

  it.each(['Yolo', {}, undefined, null, 7])('do not throw on the gateway answering %j', async (garbage) => {
    const { plugin, transport } = stub();
    transport.mockReturnValue(garbage);
    await expect(plugin.fetchAudienceFeedProperties('42')).resolves.toBeUndefined();
    await expect(plugin.fetchAudienceSegment('42')).resolves.toBeUndefined();
    await expect(plugin.fetchAudienceFeed('42')).resolves.toBeUndefined();
  });

  it('turn 404 into ResourceNotFoundError, thrown synchronously or not', async () => {
    const { plugin, transport } = stub();
    const error = { name: 'StatusCodeError', response: { statusCode: 404, statusMessage: '', body: '' } };
    transport.mockImplementationOnce(() => {
      throw error;
    });
    await expect(plugin.fetchConfigurationFile('toto')).rejects.toBeInstanceOf(ResourceNotFoundError);
    transport.mockRejectedValueOnce(error);
    await expect(plugin.fetchConfigurationFileOptional('toto')).resolves.toBeUndefined();
    transport.mockRejectedValueOnce({ ...error, response: { ...error.response, statusCode: 500 } });
    await expect(plugin.fetchConfigurationFileOptional('toto')).rejects.toMatchObject({ code: 'gateway_refused' });
  });

  it('leave an error of the transport’s own as it is', async () => {
    const { plugin, transport } = stub();
    const error = new Error('out of order');
    transport.mockRejectedValueOnce(error);
    await expect(plugin.fetchAudienceFeed('1')).rejects.toBe(error);
  });

  it('call the public API with the token given', async () => {
    const { plugin, transport } = stub();
    transport.mockReturnValue({ status: 'ok', data: [{ realm_type: 'ETAG', web_domain: {} }] });
    await plugin.fetchDatamarts('api:1', '9');
    expect(transport.mock.lastCall?.[0]).toMatchObject({
      uri: 'https://api.mediarithmics.com/v1/datamarts',
      qs: { organisation_id: '9' },
      headers: { Authorization: 'api:1' },
    });
    await plugin.fetchDatamartCompartments('api:1', '3');
    expect(transport.mock.lastCall?.[0].uri).toContain('/v1/datamarts/3/user_account_compartments');
    await expect(plugin.checkUserAgentIdentifierRealm('api:1', '3', { realmType: 'ETAG' })).resolves.toBe(true);
    expect(transport.mock.lastCall?.[0].uri).toContain('https://api.mediarithmics.com/v1/datamarts/3/');
    await expect(plugin.checkUserAgentIdentifierRealm('3', { realmType: 'MOBILE' })).rejects.toMatchObject({
      name: 'MissingRealmError',
    });
    expect(transport.mock.lastCall?.[0].uri).toContain(`${plugin.outboundPlatformUrl}/v1/datamarts/3/`);
  });
});

describe('over real HTTP', () => {
  const gateway = new FakeGateway();
  const connect = async () => {
    const { host, port } = await gateway.listen();
    Object.assign(process.env, { GATEWAY_HOST: host, GATEWAY_PORT: String(port) });
    return new SamplePlugin({}, { gatewayTimeoutMs: 2_000 });
  };
  afterEach(async () => {
    gateway.hangs = false;
    gateway.failWith = undefined;
    await gateway.close();
  });

  it('reads and writes feeds, properties, files and credentials with Basic authentication', async () => {
    const plugin = await connect();
    gateway.setFeed('1', { url: 'https://a' }).setFile('conf', Buffer.from([0, 255, 7]));
    expect((await plugin.fetchAudienceFeed('1')).id).toBe('1');
    const [property] = await plugin.fetchAudienceFeedProperties('1');
    expect(property).toMatchObject({ technical_name: 'url', value: { value: 'https://a' } });
    const changed = { ...property!, value: { value: 'https://b' } } as typeof property & object;
    await plugin.updateAudienceFeedProperties('1', changed);
    expect((await plugin.fetchAudienceFeedProperties('1'))[0]?.value).toEqual({ value: 'https://b' });
    expect([...(await plugin.fetchConfigurationFile('conf'))]).toEqual([0, 255, 7]);
    await plugin.upsertConfigurationFile('conf', Buffer.from('new'));
    expect(String(await plugin.fetchDataFile('conf'))).toBe('new');
    await expect(plugin.fetchFeedDestinationCredentials('7')).rejects.toBeInstanceOf(ResourceNotFoundError);
    await plugin.upsertFeedDestinationCredentials('7', { scheme: 'API_TOKEN', credentials: { token: 'x' } });
    expect(await plugin.getFeedDestinationCredentials('7')).toEqual({
      scheme: 'API_TOKEN',
      credentials: { token: 'x' },
    });
    expect(gateway.calls.every(({ user, password }) => user === 'Calavera' && password === 'Manny')).toBe(true);
  });

  it('tells a refusal, a timeout and a missing gateway apart, without host or credential', async () => {
    const plugin = await connect();
    gateway.failWith = 503;
    await expect(plugin.fetchAudienceFeed('1')).rejects.toMatchObject({ code: 'gateway_refused', retryable: false });
    gateway.failWith = undefined;
    gateway.hangs = true;
    await expect(plugin.fetchAudienceFeed('1')).rejects.toMatchObject({ code: 'gateway_timeout', retryable: true });
    gateway.hangs = false;
    await gateway.close();
    const gone = await plugin.fetchAudienceFeed('1').catch((error: unknown) => error);
    expect(gone).toBeInstanceOf(PluginSdkError);
    expect(gone).toMatchObject({ code: 'gateway_unreachable', retryable: true });
    expect(JSON.stringify({ ...(gone as object), message: (gone as Error).message })).not.toMatch(/Manny|127\.0\.0\.1/);
  });
});
