import type { ConsoleSession } from '@batchfeed/schemas';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OWN_PAGE, testBrowser } from '../../testing/test-browser.ts';
import { makeFeed, startTestPlatform, type TestFeed, type TestPlatform } from '../../testing/test-platform.ts';
import { startTestPlugin, type TestPlugin } from '../../testing/test-plugin.ts';

const HOUR_MS = 60 * 60 * 1_000;
let plugin: TestPlugin;
let operator: TestPlatform;
let feed: TestFeed;
let now: number;
let browse: ReturnType<typeof testBrowser>['browse'];
let signIn: ReturnType<typeof testBrowser>['signIn'];

beforeEach(async () => {
  now = Date.now();
  plugin = await startTestPlugin();
  operator = await startTestPlatform({ now: () => now });
  ({ browse, signIn } = testBrowser(operator));
  feed = await makeFeed(operator, plugin.url);
});
afterEach(async () => {
  await operator.close();
  await plugin.close();
});

describe('a session', () => {
  it('stands for the token it was opened with, in a cookie that scripts and other sites never see', async () => {
    const { status, body, setCookie, cookie } = await signIn();
    expect(status).toBe(200);
    expect(body.data).toEqual({ name: 'first', role: 'admin', expires_ts: now + 2 * HOUR_MS } satisfies ConsoleSession);
    expect(setCookie).toMatch(/^batchfeed_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await browse('GET', '/v1/session', { cookie })).body.data).toMatchObject({ name: 'first', role: 'admin' });
    const plugins = await browse('GET', '/v1/plugins', { cookie: `other=1; ${cookie}` });
    expect(plugins.body.total).toBe(1);
    expect(plugins.headers.get('cache-control')).toBe('no-store');
    expect((await fetch(`${operator.platform.url}/metrics`, { headers: { cookie } })).status).toBe(200);
    const behindProxy = await signIn(operator.token, {
      origin: 'https://feeds.example',
      'sec-fetch-site': 'same-origin',
    });
    expect(behindProxy.setCookie).toMatch(/; Secure$/);
  });

  it('allows what the role of its token allows', async () => {
    const { token } = await operator.do('POST', '/v1/api_tokens', { name: 'looker', role: 'read' });
    const { cookie, body } = await signIn(token);
    expect(body.data.role).toBe('read');
    expect((await browse('GET', feed.path, { cookie })).status).toBe(200);
    expect((await browse('GET', '/v1/api_tokens', { cookie })).status).toBe(403);
    expect((await browse('POST', `${feed.path}/drain`, { cookie, ...OWN_PAGE })).status).toBe(403);
    expect((await browse('DELETE', '/v1/session', { cookie, ...OWN_PAGE })).status).toBe(200);
  });

  it('ends when it is signed out, unused, old, or its token is revoked, and by a restart', async () => {
    const is = async (cookie: string) => (await browse('GET', feed.path, { cookie })).status;
    const { cookie } = await signIn();
    const out = await browse('DELETE', '/v1/session', { cookie, ...OWN_PAGE });
    expect(out.headers.get('set-cookie')).toMatch(/^batchfeed_session=;.*Max-Age=0$/);
    expect(await is(cookie)).toBe(401);
    const { id, token } = await operator.do('POST', '/v1/api_tokens', { name: 'gone', role: 'read' });
    const revoked = await signIn(token);
    expect(await is(revoked.cookie)).toBe(200);
    await operator.do('DELETE', `/v1/api_tokens/${id}`);
    expect(await is(revoked.cookie)).toBe(401);

    const idle = await signIn();
    const used = await signIn();
    for (let hours = 0; hours < 11; hours += 1) {
      expect(await is(used.cookie)).toBe(200);
      now += HOUR_MS;
    }
    expect(await is(idle.cookie)).toBe(401);
    expect((await browse('GET', '/v1/session', { cookie: used.cookie })).body.data.expires_ts).toBe(now + HOUR_MS);
    now += HOUR_MS;
    expect(await is(used.cookie)).toBe(401);

    const { cookie: before } = await signIn();
    await operator.restart();
    expect(await is(before)).toBe(401);
  });

  it('that nobody has is no failed attempt; a wrong token or cookie is one', async () => {
    for (let times = 0; times < 25; times += 1) expect((await browse('GET', '/v1/session')).status).toBe(401);
    const statuses = [];
    for (let times = 0; times < 12; times += 1) {
      statuses.push((await signIn('wrong')).status);
      statuses.push((await browse('GET', '/v1/session', { cookie: 'batchfeed_session=wrong' })).status);
    }
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401));
    expect(statuses.slice(20)).toEqual(Array(4).fill(429));
    expect((await signIn()).status).toBe(200);
    expect(JSON.stringify(operator.log)).not.toContain('wrong');
  });
});

describe('a change made with the cookie', () => {
  it('must come from the console itself', async () => {
    const { cookie } = await signIn();
    const { origin, host } = new URL(operator.platform.url);
    const drain = async (headers: Record<string, string>) =>
      (await browse('POST', `${feed.path}/drain`, { cookie, ...headers })).status;
    expect(await drain(OWN_PAGE)).toBe(200);
    expect(await drain({ 'x-batchfeed-console': '1', origin })).toBe(200);
    expect(await drain({})).toBe(403);
    expect(await drain({ 'x-batchfeed-console': '1' })).toBe(403);
    expect(await drain({ 'sec-fetch-site': 'same-origin', origin })).toBe(403);
    expect(await drain({ ...OWN_PAGE, 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await drain({ ...OWN_PAGE, 'sec-fetch-site': 'cross-site', origin })).toBe(403);
    expect(await drain({ 'x-batchfeed-console': '1', origin: 'null' })).toBe(403);
    expect(await drain({ 'x-batchfeed-console': '1', origin: `http://evil.example/${host}` })).toBe(403);
    expect((await browse('DELETE', feed.path, { cookie })).status).toBe(403);
    expect((await feed.resource()).status).toBe('ACTIVE');
    expect((await signIn(operator.token, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  it('needs none of that with a token in the header, which no other page can send', async () => {
    const { cookie } = await signIn();
    const answer = await operator.call('POST', `${feed.path}/drain`, undefined, { cookie });
    expect(answer.status).toBe(200);
  });
});
