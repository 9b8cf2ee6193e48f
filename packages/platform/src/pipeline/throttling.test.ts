import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  delivered,
  makeFeed,
  startTestPlatform,
  type TestFeed,
  type TestPlatform,
  update,
} from '../testing/test-platform.ts';
import { answer, startTestPlugin, type TestPlugin, UPDATE } from '../testing/test-plugin.ts';

let plugin: TestPlugin;
let operator: TestPlatform;
let feed: TestFeed;

beforeEach(async () => {
  plugin = await startTestPlugin();
  operator = await startTestPlatform({ retry: { maxAttempts: 2, baseMs: 1 } });
  feed = await makeFeed(operator, plugin.url);
});
afterEach(async () => {
  await operator.close();
  await plugin.close();
});

const throttle = (body: object) =>
  operator.do('POST', `${feed.versionPath}/throttlings`, { scope: 'GLOBAL', plugin_endpoint: UPDATE, ...body });
const users = (count: number) => Array.from({ length: count }, (_, index) => update(`u${index}`));

describe('throttlings', () => {
  it('are created, read, replaced and deleted', async () => {
    const created = await throttle({ max_qps: 0.5 });
    const path = `${feed.versionPath}/throttlings`;
    expect(created).toEqual({
      id: expect.any(String),
      plugin_version_id: feed.versionId,
      scope: 'GLOBAL',
      plugin_endpoint: UPDATE,
      max_qps: 0.5,
    });
    expect(await operator.do('GET', path)).toEqual([created]);
    const body = {
      scope: 'DATAMART',
      throttling_key: '77',
      plugin_endpoint: UPDATE,
      max_concurrency: 2,
      timeout_ms: 100,
    };
    expect(await operator.do('PUT', `${path}/${created.id}`, body)).toMatchObject(body);
    expect(await operator.do('GET', `${path}/${created.id}`)).not.toHaveProperty('max_qps');
    await operator.do('DELETE', `${path}/${created.id}`);
    expect((await operator.call('GET', `${path}/${created.id}`)).status).toBe(404);
    const empty = await operator.call('POST', path, { scope: 'GLOBAL', plugin_endpoint: UPDATE });
    expect([empty.status, empty.body.error]).toEqual([400, expect.stringContaining('max_qps')]);
  });

  // Measured by the wall clock, so a machine that stands still for a moment gets another try; the pacing itself is
  // tested without one beside it.
  it('pace the calls: 20 a second for one second are 20, at even distances', { retry: 2 }, async () => {
    await throttle({ max_qps: 20 });
    const times: number[] = [];
    plugin.on(UPDATE, (_, response) => {
      times.push(performance.now());
      answer(response, 200, { status: 'ok' });
    });
    await feed.push(users(60));
    await feed.until(({ updates }) => updates.processed >= 25);
    const first = times[0] as number;
    const inOneSecond = times.filter((time) => time < first + 1_000).length;
    expect(inOneSecond).toBeGreaterThanOrEqual(19);
    expect(inOneSecond).toBeLessThanOrEqual(21);
  });

  it('bound the calls under way, until they are lifted', async () => {
    const { id } = await throttle({ max_concurrency: 3 });
    let underWay = 0;
    let most = 0;
    plugin.on(UPDATE, async (_, response) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 20));
      underWay -= 1;
      answer(response, 200, { status: 'ok' });
    });
    await feed.push(users(30));
    await feed.until(({ updates }) => updates.processed === 30);
    expect(most).toBe(3);
    await operator.do('DELETE', `${feed.versionPath}/throttlings/${id}`);
    await feed.push(users(60));
    await feed.until(({ updates }) => updates.processed === 90);
    expect(most).toBeGreaterThan(3);
  });

  it('cut calls off that take too long', async () => {
    await throttle({ timeout_ms: 60 });
    plugin.on(UPDATE, () => {});
    await feed.push(users(1));
    expect((await feed.until(delivered)).updates.dead).toBe(1);
    expect(plugin.ofPath(UPDATE)).toHaveLength(2);
  });

  it('are kept by the calls of an activation too', async () => {
    const { id } = await throttle({ plugin_endpoint: '/v1/external_segment_creation', timeout_ms: 60 });
    const slow = await makeFeed(operator, plugin.url, { activate: false });
    const shut = await operator.call('POST', `${feed.versionPath}/throttlings`, {
      scope: 'GLOBAL',
      plugin_endpoint: '/v1/nowhere',
      timeout_ms: 60,
    });
    expect([shut.status, shut.body.error]).toEqual([400, expect.stringContaining('plugin_endpoint')]);
    await operator.do('POST', `${slow.versionPath}/throttlings`, {
      scope: 'GLOBAL',
      plugin_endpoint: '/v1/external_segment_creation',
      timeout_ms: 60,
      max_qps: 0.01,
    });
    plugin.on('/v1/external_segment_creation', () => {});
    const late = await operator.call('POST', `${slow.path}/activate`);
    expect([late.status, late.body.error]).toEqual([502, expect.stringContaining('in time')]);
    // The next call may be made in a hundred seconds; the platform's end is not kept waiting by it.
    const waiting = operator.call('POST', `${slow.path}/activate`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const from = performance.now();
    await Promise.all([operator.restart(), expect(waiting).resolves.toMatchObject({ status: 503 })]);
    expect(performance.now() - from).toBeLessThan(5_000);
    await operator.do('DELETE', `${feed.versionPath}/throttlings/${id}`);
  });

  it('hold up neither the closing of the platform nor what waits', async () => {
    const { id } = await throttle({ max_qps: 0.01 });
    await feed.push(users(20));
    await feed.until(({ updates }) => updates.processed === 1);
    const from = performance.now();
    await operator.restart();
    expect(performance.now() - from).toBeLessThan(5_000);
    expect((await feed.statistics()).updates).toMatchObject({ accepted: 20, dead: 0 });
    await operator.do('DELETE', `${feed.versionPath}/throttlings/${id}`);
    expect((await feed.until(({ updates }) => updates.processed === 20)).updates.dead).toBe(0);
  });
});
