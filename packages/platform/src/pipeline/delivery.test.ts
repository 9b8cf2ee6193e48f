import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { delivered, makeFeed, startTestPlatform, type TestPlatform, update } from '../testing/test-platform.ts';
import { answer, BATCH, line, startTestPlugin, type TestPlugin, UPDATE } from '../testing/test-plugin.ts';

let plugin: TestPlugin;
let operator: TestPlatform;

beforeEach(async () => {
  plugin = await startTestPlugin();
  operator = await startTestPlatform();
});
afterEach(async () => {
  await operator.close();
  await plugin.close();
});

const users = (count: number, operation: 'UPSERT' | 'DELETE' = 'UPSERT') =>
  Array.from({ length: count }, (_, index) => update(`user-${index}`, operation));

describe('from upload to delivery', () => {
  it('calls the plugin once per update and delivers its lines in batches of the configured size', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 100 } });
    expect(await feed.push(users(250))).toEqual({ accepted: 250, rejected: 0, rejections: [] });
    await feed.until(({ updates, batches }) => updates.processed === 250 && batches.by_reason.lines === 2);
    await feed.drain();
    const statistics = await feed.until(delivered);
    // A drain seals what lies open, then what was still on its way to the disk: the last 50 may go in two batches.
    const { drain } = statistics.batches.by_reason;
    expect([1, 2]).toContain(drain);
    expect(statistics).toEqual({
      updates: {
        accepted: 250,
        waiting: 0,
        open: 0,
        in_flight: 0,
        processed: 250,
        no_eligible_identifier: 0,
        dead: 0,
        expired: 0,
        discarded: 0,
      },
      lines: {
        accepted: 250,
        waiting: 0,
        open: 0,
        held: 0,
        sealed: 0,
        in_flight: 0,
        delivered: 250,
        dead: 0,
        expired: 0,
        discarded: 0,
      },
      batches: {
        sealed: 2 + drain,
        by_reason: { lines: 2, bytes: 0, age: 0, order: 0, express: 0, drain, budget: 0, reconfigured: 0 },
        fill: { all: 250 / ((2 + drain) * 100), by_reason: expect.objectContaining({ lines: 1, age: null }) },
        delivered: 2 + drain,
        dead: 0,
        expired: 0,
        attempts: 2 + drain,
      },
      items: { success: 250, error: 0 },
      circuit: { state: 'CLOSED' },
      backlog: { updates: 0, lines: 0, bytes: 0, empty_in_s: 0 },
    });
    const sizes = plugin.ofPath(BATCH).map(({ json }) => json.batch_content.length);
    const [first, second, ...drained] = sizes.toSorted((a, b) => b - a);
    expect([first, second]).toEqual([100, 100]);
    expect(drained.reduce((sum, size) => sum + size, 0)).toBe(50);
  });

  it('fills in what the plugin is promised', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    const ids = [{ type: 'USER_EMAIL', hash: 'Ab', email: 'a@example.org', extra: { deep: [1] } }];
    await feed.push([
      { user_identifiers: ids, operation: 'UPSERT', preset_id: '9', user_profiles: [{ $compartment_id: '1' }] },
    ]);
    await feed.until(delivered);
    const session = (await operator.do('GET', feed.path)).session_id;
    expect(plugin.ofPath(UPDATE)[0]?.json).toEqual({
      user_identifiers: ids,
      operation: 'UPSERT',
      preset_id: '9',
      user_profiles: [{ $compartment_id: '1' }],
      ts: expect.any(Number),
      feed_id: feed.id,
      session_id: session,
      datamart_id: '77',
      segment_id: expect.any(String),
    });
    const [batch] = plugin.ofPath(BATCH);
    expect(batch?.json).toEqual({
      batch_content: ids,
      ts: expect.any(Number),
      context: {
        endpoint: '/v1/batch_update',
        feed_id: feed.id,
        feed_session_id: session,
        segment_id: plugin.ofPath(UPDATE)[0]?.json.segment_id,
        datamart_id: '77',
        grouping_key: 'UPSERT',
      },
    });
    expect(batch?.headers['idempotency-key']).toMatch(/\S/);
    expect(batch?.headers['x-batchfeed-attempt']).toBe('1');
  });

  it('passes contents on as the plugin wrote them', async () => {
    const contents = ['{ "n": 1.0, "big": 12345678901234567890, "e": 1e400 }', '"\\u00e9\\ud83d"', '[ ]', 'null'];
    const data = contents
      .map((content) => `{"type":"BATCH_DELIVERY","grouping_key":"k","content":${content}}`)
      .join(' ,\n');
    plugin.on(UPDATE, (_, response) => answer(response, 200, `{"status":"ok","data":[${data}]}`));
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 4 } });
    await feed.push([update('a')]);
    await feed.until(delivered);
    expect(plugin.ofPath(BATCH)[0]?.body).toContain(`{"batch_content":[${contents.join(',')}],"ts":`);
  });

  it('never makes a batch over its byte limit, and says the exact bytes', async () => {
    const limit = 2_000;
    const feed = await makeFeed(operator, plugin.url, {
      batching: { batch_flush_max_size: 1_000, batch_flush_max_bytes: limit },
    });
    plugin.on(UPDATE, ({ json }, response) =>
      answer(response, 200, {
        status: 'ok',
        data: [line('ключ"\\', { x: 'é'.repeat(json.user_identifiers[0].user_point_id.length) })],
      }),
    );
    await feed.push(Array.from({ length: 120 }, (_, index) => update('u'.repeat(index + 1))));
    await feed.until(({ lines }) => lines.accepted === 120);
    await feed.drain();
    const { batches } = await feed.until(delivered);
    expect(batches.by_reason.bytes).toBeGreaterThan(3);
    const sizes = plugin.ofPath(BATCH).map(({ body }) => Buffer.byteLength(body));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limit);
    expect(Math.max(...sizes)).toBeGreaterThan(limit - 300);
  });

  it('delivers every line at once, alone, when batching is off', async () => {
    for (const batching of [{}, { enable_batching: false, batch_flush_max_size: 500 }]) {
      const feed = await makeFeed(operator, plugin.url, { batching });
      await feed.push(users(5));
      const { batches } = await feed.until(delivered);
      expect(batches.delivered).toBe(5);
    }
  });

  it('seals by age without being asked', async () => {
    const feed = await makeFeed(operator, plugin.url, {
      batching: { batch_flush_max_size: 100, batch_flush_max_age_ms: 50 },
    });
    await feed.push(users(3));
    expect((await feed.until(delivered)).batches.by_reason.age).toBeGreaterThan(0);
  });

  it('keeps the order of one user, across grouping keys too', async () => {
    const feed = await makeFeed(operator, plugin.url, {
      batching: { batch_flush_max_size: 50, batch_flush_max_age_ms: 30 },
    });
    plugin.on(UPDATE, async ({ json }, response) => {
      await new Promise((resolve) => setTimeout(resolve, json.operation === 'UPSERT' ? 20 : 0));
      answer(response, 200, { status: 'ok', data: [line(json.operation, json.user_identifiers[0].user_point_id)] });
    });
    await feed.push([...users(40), ...users(40, 'DELETE')]);
    await feed.until(delivered);
    const order = plugin
      .ofPath(BATCH)
      .flatMap(({ json }) => (json.batch_content as string[]).map((user) => `${user} ${json.context.grouping_key}`));
    expect(order).toHaveLength(80);
    for (let index = 0; index < 40; index += 1) {
      expect(order.indexOf(`user-${index} UPSERT`)).toBeLessThan(order.indexOf(`user-${index} DELETE`));
    }
  });

  it('puts a changed configuration in force for what is open', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1_000 } });
    await feed.push(users(25));
    await feed.until(({ lines }) => lines.open === 25);
    // After a restart every one of them is in its group for certain, and no longer on its way there.
    await operator.restart();
    const [configuration] = await operator.do<{ id: string }[]>('GET', `${feed.versionPath}/batching_configurations`);
    await operator.do('PUT', `${feed.versionPath}/batching_configurations/${configuration?.id}`, {
      plugin_version_id: feed.versionId,
      enable_batching: true,
      batch_flush_max_size: 10,
    });
    const { batches } = await feed.until(delivered);
    expect(batches.by_reason.reconfigured).toBe(3);
    expect(plugin.ofPath(BATCH).map(({ json }) => json.batch_content.length)).toEqual([10, 10, 5]);
  });

  it('sends nothing while a feed is paused, and everything after, each line under the session it came in', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 100 } });
    const first = (await operator.do('GET', feed.path)).session_id;
    await feed.push(users(3));
    await feed.until(({ lines }) => lines.open === 3);
    await operator.do('POST', `${feed.path}/pause`);
    expect((await operator.call('POST', `${feed.path}/user_segment_updates`, '{}')).status).toBe(409);
    await feed.drain();
    await operator.restart();
    expect((await feed.statistics()).lines).toMatchObject({ sealed: 3, delivered: 0 });
    await operator.do('POST', `${feed.path}/activate`);
    const second = (await operator.do('GET', feed.path)).session_id;
    expect(second).not.toBe(first);
    await feed.push(users(2));
    await feed.until(({ lines }) => lines.accepted === 5);
    await feed.drain();
    await feed.until(delivered);
    expect(plugin.ofPath(BATCH).map(({ json }) => [json.context.feed_session_id, json.batch_content.length])).toEqual([
      [first, 3],
      [second, 2],
    ]);
  });

  it('goes on after a restart where it stopped', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 100 } });
    plugin.on(UPDATE, () => {});
    await feed.push(users(30));
    await feed.until(({ updates }) => updates.in_flight > 0);
    await operator.platform.close(50);
    plugin.on(UPDATE, ({ json }, response) =>
      answer(response, 200, { status: 'ok', data: [line('k', json.user_identifiers[0])] }),
    );
    await operator.restart();
    await feed.until(({ lines }) => lines.accepted === 30);
    await feed.drain();
    const { updates, lines } = await feed.until(delivered);
    expect(updates).toMatchObject({ accepted: 30, processed: 30, dead: 0 });
    expect(lines.delivered).toBe(30);
  });
});
