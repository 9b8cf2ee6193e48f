import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFeed, startTestPlatform, type TestFeed, type TestPlatform, update } from './testing/test-platform.ts';
import { answer, BATCH, STATUS, startTestPlugin, type TestPlugin, UPDATE } from './testing/test-plugin.ts';

let plugin: TestPlugin;
let operator: TestPlatform;

beforeEach(async () => {
  plugin = await startTestPlugin();
  operator = await startTestPlatform({ retry: { baseMs: 1, capMs: 5 }, circuit: { probeMs: 20, maxProbeMs: 50 } });
});
afterEach(async () => {
  await operator.close();
  await plugin.close();
});

const people = (count: number) => Array.from({ length: count }, (_, index) => update(`u${index}`));
async function gone(feed: TestFeed) {
  for (const deadline = Date.now() + 10_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    if ((await operator.call('GET', feed.path)).status === 404) return;
    if (Date.now() > deadline) throw new Error(`It is still there: ${JSON.stringify(await feed.statistics())}`);
  }
}

describe('a feed that is deleted', () => {
  it('delivers what it holds first, takes nothing more, and is gone', async () => {
    const feed = await makeFeed(operator, plugin.url);
    await feed.push(people(30));
    await feed.until(({ lines }) => lines.open === 30);
    const { status } = await operator.do('DELETE', feed.path);
    expect(status).toBe('DRAINING');
    expect([404, 409]).toContain((await operator.call('POST', `${feed.path}/user_segment_updates`, '{}')).status);
    await gone(feed);
    expect(plugin.ofPath(BATCH).flatMap(({ json }) => json.batch_content)).toHaveLength(30);
    expect((await operator.call('GET', '/v1/audience_segment_external_feeds')).body.total).toBe(0);
  });

  it('throws away what it holds when told to, also what is dead or waits for a plugin that is down', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    plugin.on(BATCH, (_, response) => answer(response, 400, { status: 'ERROR' }));
    await feed.push(people(3));
    await feed.until(({ lines }) => lines.dead === 3);
    for (const path of [UPDATE, BATCH, STATUS]) plugin.on(path, (_, response) => answer(response, 503, ''));
    await feed.push(people(5));
    await feed.until(({ updates }) => updates.in_flight > 0);
    const before = plugin.ofPath(BATCH).length;
    await operator.do('DELETE', `${feed.path}?mode=discard`);
    await gone(feed);
    expect(plugin.ofPath(BATCH)).toHaveLength(before);
  });

  it('is thrown away at once though the plugin asked for an hour, or may hardly be called', async () => {
    const feed = await makeFeed(operator, plugin.url);
    await operator.do('POST', `${feed.versionPath}/throttlings`, {
      scope: 'GLOBAL',
      plugin_endpoint: UPDATE,
      max_qps: 5,
    });
    plugin.on(UPDATE, (_, response) => {
      response.setHeader('x-mics-next-msg-delay', '3600000');
      answer(response, 429, { status: 'retry' });
    });
    await feed.push(people(200));
    await feed.until(() => plugin.ofPath(UPDATE).length > 0);
    const before = performance.now();
    await operator.do('DELETE', `${feed.path}?mode=discard`);
    await gone(feed);
    expect(performance.now() - before).toBeLessThan(3_000);
  });

  it('says what it waits for until it is gone, and is thrown away after all when told to', async () => {
    const feed = await makeFeed(operator, plugin.url);
    plugin.on(UPDATE, (_, response) => {
      response.setHeader('x-mics-next-msg-delay', '3600000');
      answer(response, 429, { status: 'retry' });
    });
    await feed.push(people(5));
    await feed.until(({ updates }) => plugin.ofPath(UPDATE).length > 0 && updates.in_flight === 0);
    expect((await feed.resource()).leaving).toBeUndefined();
    await operator.do('DELETE', feed.path);
    const { status, leaving } = await feed.resource();
    expect([status, leaving]).toEqual([
      'DRAINING',
      {
        updates: 5,
        lines: 0,
        waits_for: [{ for: 'delay', stage: 'update', until_ts: expect.any(Number) }],
      },
    ]);
    expect((leaving?.waits_for[0]?.until_ts ?? 0) - Date.now()).toBeGreaterThan(3_500_000);
    await operator.restart();
    expect((await feed.resource()).leaving).toEqual(leaving);
    for (const path of [UPDATE, STATUS]) plugin.on(path, (_, response) => answer(response, 503, ''));
    await operator.do('DELETE', `${feed.path}?mode=discard`);
    await gone(feed);
  });

  it('says that it waits for a plugin that is down', async () => {
    const feed = await makeFeed(operator, plugin.url);
    for (const path of [UPDATE, STATUS]) plugin.on(path, (_, response) => answer(response, 503, ''));
    await feed.push(people(2));
    while ((await feed.circuit()).state === 'CLOSED') await new Promise((resolve) => setTimeout(resolve, 5));
    await operator.do('DELETE', feed.path);
    const { leaving } = await feed.resource();
    expect(leaving?.waits_for[0]).toMatchObject({ for: 'circuit', reason: expect.stringContaining('503') });
    await operator.do('DELETE', `${feed.path}?mode=discard`);
    await gone(feed);
  });

  it('goes on with that after a restart', async () => {
    const feed = await makeFeed(operator, plugin.url);
    for (const path of [UPDATE, STATUS]) plugin.on(path, (_, response) => answer(response, 503, ''));
    await feed.push(people(5));
    await operator.do('DELETE', feed.path);
    await operator.restart();
    expect((await feed.resource()).status).toBe('DRAINING');
    plugin.on(STATUS, (_, response) => answer(response, 200, {}));
    plugin.on(UPDATE, (_, response) => answer(response, 200, { status: 'ok' }));
    await gone(feed);
  });
});

describe('a feed with options of its own', () => {
  it('gives up after its own number of attempts, and halves what is refused', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 8 } });
    await operator.do('PUT', feed.path, { options: { max_attempts: 2, bisect: true } });
    plugin.on(UPDATE, ({ json }, response) =>
      json.user_identifiers[0].user_point_id === 'limited'
        ? answer(response, 429, { status: 'retry' })
        : answer(response, 200, {
            status: 'ok',
            data: [{ type: 'BATCH_DELIVERY', grouping_key: 'k', content: json.user_identifiers[0].user_point_id }],
          }),
    );
    plugin.on(BATCH, ({ json }, response) =>
      json.batch_content.includes('u5')
        ? answer(response, 400, { status: 'ERROR' })
        : answer(response, 200, {
            status: 'OK',
            sent_items_in_success: json.batch_content.length,
            sent_items_in_error: 0,
          }),
    );
    await feed.push([update('limited'), ...people(8)]);
    await feed.until(({ updates, lines }) => updates.dead === 1 && lines.delivered === 7 && lines.dead === 1);
    const limited = plugin.ofPath(UPDATE).filter(({ json }) => json.user_identifiers[0].user_point_id === 'limited');
    expect(limited).toHaveLength(2);
  });

  it('counts its failed attempts over restarts', async () => {
    const feed = await makeFeed(operator, plugin.url);
    await operator.do('PUT', feed.path, { options: { max_attempts: 15 } });
    let calls = 0;
    plugin.on(UPDATE, (_, response) => {
      calls += 1;
      answer(response, 429, { status: 'retry' });
    });
    await feed.push([update('limited')]);
    for (let restart = 0; restart < 2; restart += 1) {
      const before = calls;
      while (calls === before) await new Promise((resolve) => setTimeout(resolve, 1));
      await operator.restart();
    }
    await feed.until(({ updates }) => updates.dead === 1);
    const { attempts, reason } =
      (await operator.do<{ attempts: number; reason: string }[]>('GET', `${feed.path}/dead_letters`))[0] ?? {};
    expect([calls, attempts, reason]).toEqual([15, 15, expect.stringContaining('after 15 failed attempts')]);
  });

  it('changes only for those who know how it is', async () => {
    const feed = await makeFeed(operator, plugin.url);
    const read = await fetch(`${operator.platform.url}${feed.path}`, { headers: { authorization: operator.token } });
    const tag = read.headers.get('etag') as string;
    const put = (name: string, ifMatch: string) => operator.call('PUT', feed.path, { name }, { 'if-match': ifMatch });
    expect((await put('mine', tag)).status).toBe(200);
    const late = await put('theirs', tag);
    expect([late.status, late.body.error]).toEqual([412, expect.stringContaining('If-Match')]);
    expect((await feed.resource()).name).toBe('mine');
    expect((await operator.call('DELETE', feed.path, undefined, { 'if-match': tag })).status).toBe(412);
    expect((await put('anybody', '*')).status).toBe(200);
  });
});

describe('resuming', () => {
  it('opens a new session, and is for paused feeds only', async () => {
    const feed = await makeFeed(operator, plugin.url);
    const { session_id: first } = await feed.resource();
    expect((await operator.call('POST', `${feed.path}/resume`)).status).toBe(409);
    await operator.do('POST', `${feed.path}/pause`);
    const { status, session_id: second } = await operator.do('POST', `${feed.path}/resume`);
    expect([status, second === first]).toEqual(['ACTIVE', false]);
  });

  it('a version is not archived under an active feed, and an archived one takes no feed, address or batching', async () => {
    const feed = await makeFeed(operator, plugin.url);
    const archive = () => operator.call('PUT', feed.versionPath, { status: 'ARCHIVED' });
    expect((await archive()).status).toBe(409);
    await operator.do('POST', `${feed.path}/pause`);
    expect((await archive()).status).toBe(200);
    expect((await operator.call('POST', `${feed.path}/resume`)).status).toBe(409);
    expect((await operator.call('PUT', feed.versionPath, { base_url: 'http://127.0.0.1:1' })).status).toBe(409);
    expect((await operator.call('PUT', feed.versionPath, { status: 'ACTIVE' })).status).toBe(409);
    const batchings = `${feed.versionPath}/batching_configurations`;
    const batching = { plugin_version_id: feed.versionId, enable_batching: true, batch_flush_max_size: 7 };
    const [{ id } = { id: '' }] = await operator.do<{ id: string }[]>('GET', batchings);
    expect((await operator.call('PUT', `${batchings}/${id}`, batching)).status).toBe(409);
    await operator.do('DELETE', `${batchings}/${id}`);
    expect((await operator.call('POST', batchings, batching)).body.error).toContain('archived');
    expect(await operator.do('GET', batchings)).toEqual([]);
    const { segment_id } = await feed.resource();
    const body = { segment_id, plugin_id: feed.pluginId, plugin_version_id: feed.versionId };
    expect((await operator.call('POST', '/v1/audience_segment_external_feeds', body)).status).toBe(400);
  });
});
