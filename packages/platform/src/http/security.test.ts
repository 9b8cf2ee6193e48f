import { readFileSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlatform } from '../platform.ts';
import { AddressGuard } from '../plugin/address-guard.ts';
import { makeFeed, startTestPlatform, type TestPlatform, update } from '../testing/test-platform.ts';
import { startTestPlugin, type TestPlugin } from '../testing/test-plugin.ts';
import { neededRole } from './needed-role.ts';

let plugin: TestPlugin;
let operator: TestPlatform;

beforeEach(async () => {
  plugin = await startTestPlugin();
  operator = await startTestPlatform({ requestTimeoutMs: 400 });
});
afterEach(async () => {
  await operator.close();
  await plugin.close();
});

const as = (authorization: string, method: string, path: string, body?: unknown) =>
  operator.call(method, path, body, { authorization });

describe('API tokens', () => {
  it('are shown once, kept as digests, allow what their role allows, and end when revoked', async () => {
    const feed = await makeFeed(operator, plugin.url);
    const tokens: Record<string, { id: string; token: string }> = {};
    for (const role of ['read', 'operate', 'admin']) {
      tokens[role] = await operator.do('POST', '/v1/api_tokens', { name: role, role });
    }
    const allowed = async (method: string, path: string, body?: unknown) => {
      const statuses = [];
      for (const role of ['read', 'operate', 'admin']) {
        statuses.push((await as(tokens[role]?.token as string, method, path, body)).status);
      }
      return statuses.map((status) => status !== 403);
    };
    expect(await allowed('GET', feed.path)).toEqual([true, true, true]);
    expect(await allowed('POST', `${feed.path}/drain`)).toEqual([false, true, true]);
    expect(await allowed('POST', `${feed.path}/user_segment_updates`, '')).toEqual([false, true, true]);
    expect(await allowed('PUT', feed.versionPath, { base_url: plugin.url })).toEqual([false, false, true]);
    expect(await allowed('POST', `${feed.versionPath}/worker_credentials`)).toEqual([false, false, true]);
    expect(await allowed('GET', '/v1/api_tokens')).toEqual([false, false, true]);
    const listed = await operator.call('GET', '/v1/api_tokens');
    expect(listed.body.total).toBe(4);
    for (const { token } of Object.values(tokens)) {
      expect(JSON.stringify(listed.body)).not.toContain(token);
      for (const file of ['platform.db', 'platform.db-wal']) {
        expect(readFileSync(join(operator.dataDir, file)).includes(token)).toBe(false);
      }
    }
    await operator.do('DELETE', `/v1/api_tokens/${tokens.read?.id}`);
    expect((await as(tokens.read?.token as string, 'GET', feed.path)).status).toBe(401);
    await operator.do('DELETE', `/v1/api_tokens/${tokens.admin?.id}`);
    expect((await operator.call('DELETE', '/v1/api_tokens/1')).status).toBe(409);
  });

  it('that are wrong are soon answered with 429, which keeps nobody out who has the right one', async () => {
    const statuses = [];
    for (let attempt = 0; attempt < 25; attempt += 1) statuses.push((await as('wrong', 'GET', '/v1/plugins')).status);
    expect(statuses.slice(0, 20).every((status) => status === 401)).toBe(true);
    expect(statuses.slice(20).every((status) => status === 429)).toBe(true);
    expect((await operator.call('GET', '/v1/plugins')).status).toBe(200);
  });

  it('of which role a route needs', () => {
    expect(neededRole('GET', '/v1/plugins')).toBe('read');
    expect(neededRole('DELETE', '/v1/audience_segment_external_feeds/:feed_id')).toBe('operate');
    expect(neededRole('POST', '/v1/backups')).toBe('admin');
    expect(neededRole('HEAD', '/v1/audience_segment_external_feeds/:feed_id/dead_letters/export')).toBe('operate');
  });
});

describe('the address to listen on', () => {
  it('is not beyond this machine while nobody has a token, unless that is allowed', async () => {
    const options = { dataDir: `${operator.dataDir}-other`, host: '0.0.0.0', logger: pino({ level: 'silent' }) };
    await expect(openPlatform(options)).rejects.toMatchObject({ code: 'ADDRESS_UNUSABLE' });
    await expect(openPlatform({ ...options, apiToken: 'short' })).rejects.toMatchObject({ code: 'INVALID' });
    const token = 'a'.repeat(43);
    const open = await openPlatform({ ...options, apiToken: token });
    const { port } = new URL(open.url);
    const answer = await fetch(`http://127.0.0.1:${port}/v1/plugins`, { headers: { authorization: token } });
    expect(answer.status).toBe(200);
    await open.close();
    await (await openPlatform(options)).close();
  });
});

describe('the address of a plugin', () => {
  it.each([
    'http://169.254.169.254/latest',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
    'http://metadata.google.internal/',
  ])('is not %s', async (base_url) => {
    const feed = await makeFeed(operator, plugin.url, { activate: false });
    expect((await operator.call('PUT', feed.versionPath, { base_url })).status).toBe(400);
  });

  it('is not the platform itself, by whatever name', async () => {
    const feed = await makeFeed(operator, plugin.url, { activate: false });
    const { port } = new URL(operator.platform.url);
    for (const host of ['127.0.0.1', 'localhost', '127.9.9.9']) {
      await operator.do('PUT', feed.versionPath, { base_url: `http://${host}:${port}` });
      const { status, body } = await operator.call('POST', `${feed.path}/activate`);
      expect([status, body.error]).toEqual([502, expect.stringContaining("platform's own")]);
    }
    await operator.do('PUT', feed.versionPath, { base_url: plugin.url.replace('127.0.0.1', 'localhost') });
    expect((await operator.call('POST', `${feed.path}/activate`)).status).toBe(200);
    await feed.push([update('a')]);
  });

  it('is looked at again when a name is looked up, for every family', async () => {
    const guard = new AddressGuard();
    guard.protect(4_000);
    const lookUp = (port: number, all: boolean) =>
      new Promise<string | undefined>((resolve) =>
        guard.lookupFor(port)('localhost', { all }, (error) => resolve(error?.message)),
      );
    expect(await lookUp(4_000, true)).toContain("platform's own");
    expect(await lookUp(4_000, false)).toContain("platform's own");
    expect(await lookUp(4_001, true)).toBeUndefined();
    expect(guard.objection('::ffff:169.254.169.254', 80)).toContain('link-local');
    const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
    for (const { address, family } of own) {
      expect(guard.objection(address, 4_000)).toBeDefined();
      if (family === 'IPv4') expect(guard.objectionTo(new URL(`http://[::ffff:${address}]:4000`))).toBeDefined();
    }
    for (const address of ['168.63.129.16', '192.0.0.192', '64:ff9b::a9fe:a9fe']) {
      expect(guard.objection(address, 80)).toContain('metadata');
    }
  });
});

describe('slow and large requests', () => {
  const wrapped = (said: string) => JSON.parse(said.slice(said.indexOf('\r\n\r\n')));
  const refusal = (error: unknown) => ({ status: 'error', error, error_id: expect.any(String) });
  /** What is answered to a text, after which a byte comes now and then, until the connection ends. */
  const socketEnd = (text: string, drip = '') =>
    new Promise<{ said: string; ms: number }>((resolve) => {
      const { hostname, port } = new URL(operator.platform.url);
      const before = performance.now();
      let said = '';
      const socket = connect(Number(port), hostname, () => socket.write(text));
      const dripping = setInterval(() => socket.write(drip), 50);
      if (drip === '') clearInterval(dripping);
      socket.on('data', (chunk) => {
        said += chunk;
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        clearInterval(dripping);
        resolve({ said, ms: performance.now() - before });
      });
    });

  it('are given up: headers and bodies that drip', async () => {
    const headers = await socketEnd('GET /v1/plugins HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expect(headers.said).toContain('408');
    expect(wrapped(headers.said)).toEqual(refusal(expect.stringContaining('in time')));
    expect(headers.ms).toBeLessThan(5_000);
    const body = await socketEnd(
      `POST /v1/audience_segments HTTP/1.1\r\nHost: x\r\nAuthorization: ${operator.token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name":`,
    );
    expect(body.said).toContain('408');
    expect(body.said).toContain('did not arrive within 0.4 s');
    expect(body.ms).toBeLessThan(5_000);
  });

  it('are not read on for ever once they are answered, as those without a token are', async () => {
    const path = '/v1/audience_segment_external_feeds/1/user_segment_updates';
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: 100000\r\n\r\n`;
    const { said, ms } = await socketEnd(head, 'x');
    expect(said).toContain('401');
    expect(ms).toBeLessThan(3_000);
  });

  it('are told what is wrong when they are no requests', async () => {
    const { said } = await socketEnd('nonsense\r\n\r\n');
    expect(said).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(wrapped(said)).toEqual(refusal(expect.stringContaining('no HTTP request')));
    expect(operator.log).toContainEqual(expect.objectContaining({ error_id: wrapped(said).error_id }));
  });

  it('are told so when their address cannot be decoded, without a word of it', async () => {
    const { status, body } = await operator.call('GET', '/v1/plugins/secret%zz');
    expect([status, body]).toEqual([400, refusal(expect.stringContaining('%'))]);
    expect(JSON.stringify([body, operator.log])).not.toContain('secret%');
  });

  it('are told so when a part of their address is too long, without a word of it', async () => {
    const { status, body } = await operator.call('GET', `/v1/plugins/${'secret'.repeat(200)}`);
    expect([status, body]).toEqual([400, refusal(expect.stringContaining('longer than 1,000 characters'))]);
    expect(JSON.stringify([body, operator.log])).not.toContain('secretsecret');
    expect((await operator.call('GET', `/v1/plugins/${'x'.repeat(1_000)}`)).status).toBe(404);
  });

  it('are refused: bodies over 1 MiB and headers over 16 KiB', async () => {
    const { status } = await operator.call('POST', '/v1/audience_segments', { name: 'x'.repeat(1_100_000) });
    expect(status).toBe(413);
    const { hostname, port } = new URL(operator.platform.url);
    const code = await new Promise((resolve) =>
      httpRequest({ hostname, port, path: '/v1/plugins', headers: { 'x-long': 'x'.repeat(20_000) } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', () => resolve('cut'))
        .end(),
    );
    expect([431, 'cut']).toContain(code);
  });
});

describe('secrets', () => {
  it('are sealed on disk, masked for operators and plain for the plugin', async () => {
    const feed = await makeFeed(operator, plugin.url, { activate: false });
    const secret = 'correct horse battery staple';
    const path = (name: string) => `${feed.path}/properties/technical_name=${name}`;
    const named = { property_type: 'STRING', value: { value: secret } };
    const answered = await operator.do<object>('PUT', path('shop_api_password'), named);
    await operator.do('PUT', path('other'), { property_type: 'PASSWORD', value: { value: secret } });
    expect(answered).toMatchObject({ value: { value: '********' } });
    // Sent back as seen, it stays what it is.
    await operator.do('PUT', path('other'), { property_type: 'PASSWORD', value: { value: '********' } });
    expect(JSON.stringify(await operator.do('GET', `${feed.path}/properties`))).not.toContain(secret);
    const destination = await operator.do('POST', '/v1/feed_destinations', { name: 'shop', organisation_id: '1' });
    const credentials = { scheme: 'API_TOKEN', credentials: { token: secret } };
    await operator.do('PUT', `/v1/feed_destinations/${destination.id}/credentials`, credentials);
    expect(await operator.do('GET', `/v1/feed_destinations/${destination.id}`)).toMatchObject({
      has_credentials: true,
    });
    const worker = await operator.do('POST', `${feed.versionPath}/worker_credentials`);
    const basic = `Basic ${btoa(`${worker.worker_id}:${worker.authentication_token}`)}`;
    const seen = await as(basic, 'GET', `${feed.path}/properties`);
    expect((seen.body.data as unknown as object[]).map((property) => (property as typeof named).value)).toEqual([
      { value: secret },
      { value: secret },
    ]);
    for (const file of ['platform.db', 'platform.db-wal']) {
      expect(readFileSync(join(operator.dataDir, file)).includes(secret)).toBe(false);
    }
    expect(statSync(join(operator.dataDir, 'secret-key')).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(operator.log)).not.toContain(secret);
  });

  it('stay secrets when somebody gives them another type than the plugin declares', async () => {
    const { pluginId, resource } = await makeFeed(operator, plugin.url, { activate: false });
    const version = await operator.do('POST', `/v1/plugins/${pluginId}/versions`, {
      version_id: '2.0.0',
      plugin_properties: [{ technical_name: 'tpl', property_type: 'PASSWORD', value: { value: '' } }],
    });
    const { segment_id } = await resource();
    const { id } = await operator.do('POST', '/v1/audience_segment_external_feeds', {
      segment_id,
      plugin_id: pluginId,
      plugin_version_id: version.id,
    });
    const properties = `/v1/audience_segment_external_feeds/${id}/properties`;
    const path = `${properties}/technical_name=tpl`;
    const secret = 'correct horse battery staple';
    const plain = { technical_name: 'tpl', property_type: 'STRING', value: { value: secret } };
    const worker = await operator.do('POST', `/v1/plugins/${pluginId}/versions/${version.id}/worker_credentials`);
    const basic = `Basic ${btoa(`${worker.worker_id}:${worker.authentication_token}`)}`;
    for (const refused of [
      await operator.call('PUT', path, { property_type: 'STRING', value: { value: secret } }),
      await as(basic, 'PUT', path, plain),
      await as(basic, 'POST', properties, plain),
    ]) {
      expect([refused.status, refused.body.error]).toEqual([409, expect.stringContaining('as PASSWORD')]);
    }
    expect((await as(basic, 'PUT', path, { ...plain, property_type: 'PASSWORD' })).status).toBe(200);
    expect(await operator.do('GET', properties)).toEqual([
      {
        technical_name: 'tpl',
        property_type: 'PASSWORD',
        value: { value: '********' },
        origin: 'INSTANCE',
        writable: true,
        deletable: false,
      },
    ]);
  });
});
