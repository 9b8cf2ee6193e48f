import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { delivered, makeFeed, ndjson, startTestPlatform, type TestPlatform, update } from '../testing/test-platform.ts';
import { answer, BATCH, line, STATUS, startTestPlugin, type TestPlugin, UPDATE } from '../testing/test-plugin.ts';

const CONNECTION = '/v1/external_segment_connection';
let plugin: TestPlugin;
let operator: TestPlatform;

beforeEach(async () => {
  plugin = await startTestPlugin();
  operator = await startTestPlatform({
    retry: { baseMs: 1, capMs: 5 },
    circuit: { probeMs: 20, maxProbeMs: 50 },
    // Small, so that what waits does not fit into it.
    windowBytes: 8 * 1024 * 1024,
  });
});
afterEach(async () => {
  await operator.close();
  await plugin.close();
});

/** Has the plugin answer nothing but 503; returns what ends that. */
function takeDown(): () => void {
  for (const path of [UPDATE, BATCH, STATUS, CONNECTION]) plugin.on(path, (_, response) => answer(response, 503, ''));
  return () => {
    plugin.on(STATUS, (_, response) => answer(response, 200, {}));
    plugin.on(CONNECTION, (_, response) => answer(response, 200, { status: 'ok' }));
    plugin.on(UPDATE, ({ json }, response) =>
      answer(response, 200, {
        status: 'ok',
        data: [line('k', { user: json.user_identifiers[0].user_point_id, n: json.n })],
      }),
    );
    plugin.on(BATCH, ({ json }, response) =>
      answer(response, 200, { status: 'OK', sent_items_in_success: json.batch_content.length, sent_items_in_error: 0 }),
    );
  };
}

describe('an outage of a plugin', () => {
  it('keeps no upload waiting, loses nothing, doubles nothing, and keeps the order of each user', async () => {
    const feed = await makeFeed(operator, plugin.url, {
      batching: { batch_flush_max_size: 200, batch_flush_max_age_ms: 500 },
    });
    const end = takeDown();
    const users = 2_000;
    const rounds = 10;
    for (let round = 0; round < rounds; round += 1) {
      const updates = Array.from({ length: users }, (_, index) => ({ ...update(`u${index}`), n: round, ts: 1 }));
      expect(await feed.push(updates)).toMatchObject({ accepted: users, rejected: 0 });
    }
    const down = await feed.resource();
    expect(down.circuit).toMatchObject({ state: expect.stringMatching('OPEN'), since_ts: expect.any(Number) });
    expect(down.backlog).toMatchObject({ updates: users * rounds, lines: 0, empty_in_s: null });
    expect(down.waits_for?.[0]).toMatchObject({ for: 'circuit', since_ts: down.circuit?.since_ts });
    const statistics = await feed.statistics();
    // Most of them are on disk only.
    expect(statistics.updates.waiting).toBeGreaterThan(users);
    expect(statistics.backlog?.bytes).toBeGreaterThan(users * rounds * 50);

    const requests = plugin.requests.length;
    end();
    await feed.until((now) => delivered(now) && now.lines.delivered === users * rounds, 90_000);
    const lines = plugin.requests
      .slice(requests)
      .flatMap(({ path, json }) => (path === BATCH ? json.batch_content : []));
    expect(lines).toHaveLength(users * rounds);
    const seen = new Map<string, number>();
    for (const { user, n } of lines) {
      expect(n).toBe((seen.get(user) ?? -1) + 1);
      seen.set(user, n);
    }
    expect(seen.size).toBe(users);
    const after = await feed.statistics();
    expect(after).toMatchObject({ updates: { processed: users * rounds, dead: 0 }, lines: { dead: 0 } });
    expect(after.backlog).toEqual({ updates: 0, lines: 0, bytes: 0, empty_in_s: 0 });
  }, 120_000);

  it('is over with an estimate of how long emptying takes', async () => {
    const feed = await makeFeed(operator, plugin.url);
    const end = takeDown();
    await feed.push(Array.from({ length: 3_000 }, (_, index) => update(`u${index}`)));
    end();
    plugin.on(UPDATE, async (_, response) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      answer(response, 200, { status: 'ok' });
    });
    await feed.until(({ updates }) => updates.processed > 200);
    const { backlog } = await feed.resource();
    const seconds = backlog?.empty_in_s ?? 0;
    // 64 at once, 30 ms each: some 2,000 a second at most.
    expect(seconds).toBeGreaterThan(0.3);
    expect(seconds).toBeLessThan(60);
    await feed.until(({ updates }) => updates.processed === 3_000);
  });

  it('keeps no other feed waiting', async () => {
    const stuck = await makeFeed(operator, plugin.url);
    const other = await startTestPlugin();
    const working = await makeFeed(operator, other.url, { batching: { batch_flush_max_size: 10 } });
    takeDown();
    await stuck.push(Array.from({ length: 20_000 }, (_, index) => update(`u${index}`)));
    await working.push(Array.from({ length: 500 }, (_, index) => update(`u${index}`)));
    await working.until(({ lines }) => lines.delivered === 500);
    await other.close();
  });
});

describe('a feed whose plugin does not answer', () => {
  it('is paused at once and resumed all the same, takes updates, and sends them when the connection is made', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    const end = takeDown();
    await feed.push([update('before')]);
    expect((await operator.do('POST', `${feed.path}/pause`)).status).toBe('PAUSED');
    const refused = await operator.call('POST', `${feed.path}/user_segment_updates`, ndjson([update('u')]));
    expect([refused.status, refused.body.error]).toEqual([409, expect.stringContaining('Resume it first')]);
    const { status, body } = await operator.call<Record<string, unknown>>('POST', `${feed.path}/resume`);
    expect([status, body.data]).toEqual([
      202,
      expect.objectContaining({
        status: 'ACTIVE',
        waits_for: [expect.objectContaining({ for: 'connection', since_ts: expect.any(Number) })],
      }),
    ]);
    expect((await feed.push([update('during')])).accepted).toBe(1);
    await operator.restart();
    expect((await feed.resource()).waits_for?.[0]?.for).toBe('connection');
    expect((await feed.circuit()).state).toBe('OPEN');
    const before = plugin.requests.length;
    end();
    await feed.until(({ lines }) => lines.delivered === 2);
    const paths = plugin.requests.slice(before).map(({ path }) => path);
    expect(paths.indexOf(CONNECTION)).toBeGreaterThanOrEqual(0);
    expect(paths.indexOf(CONNECTION)).toBeLessThan(paths.indexOf(UPDATE));
    const after = await feed.resource();
    expect([after.waits_for, after.circuit]).toEqual([undefined, { state: 'CLOSED' }]);
  });

  it('is not connected once it is paused again', async () => {
    const feed = await makeFeed(operator, plugin.url);
    const end = takeDown();
    await operator.do('POST', `${feed.path}/pause`);
    expect((await operator.call('POST', `${feed.path}/activate`)).status).toBe(202);
    await operator.do('POST', `${feed.path}/pause`);
    end();
    const before = plugin.ofPath(CONNECTION).length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(plugin.ofPath(CONNECTION)).toHaveLength(before);
    expect((await feed.resource()).status).toBe('PAUSED');
    expect((await operator.call('POST', `${feed.path}/resume`)).status).toBe(200);
  });

  it('stays paused when the plugin refuses the connection', async () => {
    const feed = await makeFeed(operator, plugin.url);
    await operator.do('POST', `${feed.path}/pause`);
    plugin.on(CONNECTION, (_, response) => answer(response, 200, { status: 'error', message: 'No.' }));
    expect((await operator.call('POST', `${feed.path}/resume`)).status).toBe(502);
    expect((await feed.resource()).status).toBe('PAUSED');
  });

  it('is not activated for the first time, and says since when there is no answer', async () => {
    const feed = await makeFeed(operator, 'http://127.0.0.1:1', { activate: false });
    const errors = [];
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const { status, body } = await operator.call('POST', `${feed.path}/activate`);
      expect(status).toBe(502);
      errors.push(/not answered since (\S+)Z\.$/.exec(body.error)?.[1]);
    }
    expect(errors[0]).toBeDefined();
    expect(errors[1]).toBe(errors[0]);
  });

  it('is drained at once, and says what that waits for', async () => {
    const feed = await makeFeed(operator, plugin.url);
    await feed.push([update('u')]);
    await feed.until(({ lines }) => lines.open === 1);
    takeDown();
    const before = performance.now();
    await feed.drain();
    expect(performance.now() - before).toBeLessThan(2_000);
    await expect
      .poll(async () => (await feed.drain()).waits_for)
      .toContainEqual(expect.objectContaining({ for: 'circuit', since_ts: expect.any(Number) }));
  });

  it('is discarded with everything that waits, beside the work of another', async () => {
    const feed = await makeFeed(operator, plugin.url);
    const other = await startTestPlugin();
    const working = await makeFeed(operator, other.url, { batching: { batch_flush_max_size: 1 } });
    takeDown();
    await feed.push(Array.from({ length: 50_000 }, (_, index) => update(`u${index}`)));
    await operator.do('DELETE', `${feed.path}?mode=discard`);
    const before = performance.now();
    await working.push([update('u')]);
    await working.until(({ lines }) => lines.delivered === 1);
    expect(performance.now() - before).toBeLessThan(3_000);
    await expect.poll(async () => (await operator.call('GET', feed.path)).status, { timeout: 10_000 }).toBe(404);
    await other.close();
  });
});

it('two lines of each update under two keys make full batches: 2,000 updates, 200 lines a batch, 20 batches', async () => {
  plugin.on(UPDATE, ({ json }, response) => {
    const user = json.user_identifiers[0].user_point_id;
    answer(response, 200, { status: 'ok', data: ['USER_EMAIL', 'USER_ACCOUNT'].map((key) => line(key, { user })) });
  });
  const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 200 } });
  await feed.push(Array.from({ length: 2_000 }, (_, index) => update(`u${index}`)));
  const { batches } = await feed.until(({ lines }) => lines.delivered === 4_000);
  expect(batches).toMatchObject({ sealed: 20, by_reason: { lines: 20 }, fill: { all: 1 } });
  expect(plugin.ofPath(BATCH).map(({ json }) => json.batch_content.length)).toEqual(Array(20).fill(200));
});
