import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  delivered,
  makeFeed,
  startTestPlatform,
  type TestFeed,
  type TestPlatform,
  update,
} from '../testing/test-platform.ts';
import {
  answer,
  BATCH,
  type Respond,
  STATUS,
  startTestPlugin,
  type TestPlugin,
  UPDATE,
} from '../testing/test-plugin.ts';

let plugin: TestPlugin;
let operator: TestPlatform;

beforeEach(async () => {
  plugin = await startTestPlugin();
  operator = await startTestPlatform({
    callTimeoutMs: 100,
    retry: { maxAttempts: 3, baseMs: 1, capMs: 5 },
    circuit: { probeMs: 20, maxProbeMs: 100 },
  });
});
afterEach(async () => {
  await operator.close();
  await plugin.close();
});

const unavailable: Respond = (_, response) => answer(response, 503, '');
const okUpdate: Respond = (_, response) => answer(response, 200, { status: 'ok', data: [] });
const people = (count: number) => Array.from({ length: count }, (_, index) => update(`u${index}`));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function untilState(feed: TestFeed, ...states: string[]) {
  for (const deadline = Date.now() + 10_000; ; await pause(5)) {
    const circuit = await feed.circuit();
    if (states.includes(circuit.state)) return circuit;
    if (Date.now() > deadline) throw new Error(`It is ${JSON.stringify(circuit)}`);
  }
}

describe('an outage', () => {
  it.each([
    ['503 to everything', unavailable],
    ['an HTML page with 502', ((_, response) => answer(response, 502, '<html>')) as Respond],
    ['silence', (() => {}) as Respond],
  ])('of %s burns nothing, shows in the feed, and ends by itself', async (_, respond) => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 5 } });
    for (const path of [UPDATE, BATCH, STATUS]) plugin.on(path, respond);
    await feed.push(people(20));
    const circuit = await untilState(feed, 'OPEN');
    expect(circuit).toMatchObject({ reason: expect.any(String), since_ts: expect.any(Number) });
    // Far longer than it takes to use up three attempts.
    await pause(600);
    expect((await feed.statistics()).updates).toMatchObject({ accepted: 20, processed: 0, dead: 0 });
    // At the most what was under way when it opened, and a probe now and then.
    expect(plugin.ofPath(UPDATE).length).toBeLessThanOrEqual(64);
    plugin.on(STATUS, okUpdate);
    plugin.on(UPDATE, ({ json }, response) =>
      answer(response, 200, {
        status: 'ok',
        data: [{ type: 'BATCH_DELIVERY', grouping_key: 'k', content: json.user_identifiers[0] }],
      }),
    );
    plugin.on(BATCH, ({ json }, response) =>
      answer(response, 200, { status: 'OK', sent_items_in_success: json.batch_content.length, sent_items_in_error: 0 }),
    );
    await feed.until(({ lines }) => lines.delivered === 20);
    expect((await feed.statistics()).updates).toMatchObject({ processed: 20, dead: 0 });
    expect(await feed.circuit()).toEqual({ state: 'CLOSED' });
  });

  it('of the work routes alone is one as well, although the status route answers', async () => {
    const feed = await makeFeed(operator, plugin.url);
    plugin.on(UPDATE, unavailable);
    await feed.push(people(30));
    await untilState(feed, 'OPEN', 'HALF_OPEN');
    await pause(500);
    expect((await feed.statistics()).updates.dead).toBe(0);
    plugin.on(UPDATE, okUpdate);
    expect((await feed.until(delivered)).updates).toMatchObject({ processed: 30, dead: 0 });
  });

  it('holds up all feeds of the version and no other', async () => {
    const feed = await makeFeed(operator, plugin.url);
    const well = await startTestPlugin();
    const other = await makeFeed(operator, well.url, { batching: { batch_flush_max_size: 1 } });
    for (const path of [UPDATE, STATUS]) plugin.on(path, unavailable);
    await feed.push(people(5));
    await untilState(feed, 'OPEN');
    await other.push(people(5));
    expect((await other.until(({ lines }) => lines.delivered === 5)).lines.delivered).toBe(5);
    expect(await other.circuit()).toEqual({ state: 'CLOSED' });
    await well.close();
  });

  it('does not keep the platform from stopping, nor a feed from being paused', async () => {
    const feed = await makeFeed(operator, plugin.url);
    for (const path of [UPDATE, STATUS]) plugin.on(path, unavailable);
    await feed.push(people(5));
    await untilState(feed, 'OPEN');
    await operator.do('POST', `${feed.path}/pause`);
    await feed.until(({ updates }) => updates.in_flight === 0);
    const before = performance.now();
    await operator.restart();
    expect(performance.now() - before).toBeLessThan(3_000);
    expect((await feed.statistics()).updates).toMatchObject({ accepted: 5, open: 5, dead: 0 });
  });
});

describe('updates that always fail', () => {
  /** Fails for the users p0, p1, …, and for nobody else. */
  const failsForSome: Respond = (request, response) =>
    request.json.user_identifiers[0].user_point_id.startsWith('p')
      ? answer(response, 502, '')
      : okUpdate(request, response);
  const poisonous = (count: number) => Array.from({ length: count }, (_, index) => update(`p${index}`));

  it('alone hold up whoever comes later for a moment only, however long they have been failing', async () => {
    await operator.close();
    operator = await startTestPlatform({
      retry: { maxAttempts: 3, baseMs: 1, capMs: 5 },
      circuit: { probeMs: 20, maxProbeMs: 60_000 },
    });
    const feed = await makeFeed(operator, plugin.url);
    plugin.on(UPDATE, failsForSome);
    await feed.push(poisonous(6));
    // Until the pauses have become far longer than anybody should wait.
    for (;;) {
      const { next_probe_ts: next = 0 } = await untilState(feed, 'OPEN');
      if (next - Date.now() > 1_000) break;
      await pause(10);
    }
    expect((await feed.statistics()).updates.dead).toBe(0);
    const before = performance.now();
    await feed.push(people(3));
    await feed.until(({ updates }) => updates.processed === 3);
    expect(performance.now() - before).toBeLessThan(800);
  });

  it('are given up one attempt at a time, each after an answer to somebody else', async () => {
    const feed = await makeFeed(operator, plugin.url);
    plugin.on(UPDATE, failsForSome);
    await feed.push(poisonous(8));
    await untilState(feed, 'OPEN', 'HALF_OPEN');
    for (let round = 0; (await feed.statistics()).updates.dead < 8; round += 1) {
      expect(round).toBeLessThan(30);
      await feed.push([update(`u${round}`)]);
      await feed.until(({ updates }) => updates.processed === round + 1);
      await pause(20);
    }
    expect(await feed.circuit()).toEqual({ state: 'CLOSED' });
  });
});

describe('one update that always fails', () => {
  it('is given up while the others go on, and opens nothing', async () => {
    const feed = await makeFeed(operator, plugin.url);
    plugin.on(UPDATE, (request, response) =>
      request.json.user_identifiers[0].user_point_id === 'u3' ? answer(response, 502, '') : okUpdate(request, response),
    );
    await feed.push(people(10));
    const { updates } = await feed.until(delivered);
    expect(updates).toMatchObject({ processed: 9, dead: 1 });
    expect(await feed.circuit()).toEqual({ state: 'CLOSED' });
  });
});
