import { batchesEventSchema, type FeedsEvent, feedsEventSchema, pulseEventSchema } from '@batchfeed/schemas';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OWN_PAGE, testBrowser } from '../../testing/test-browser.ts';
import { type TestEvents, testEvents } from '../../testing/test-events.ts';
import {
  delivered,
  makeFeed,
  startTestPlatform,
  type TestFeed,
  type TestPlatform,
  update,
} from '../../testing/test-platform.ts';
import { startTestPlugin, type TestPlugin } from '../../testing/test-plugin.ts';

let plugin: TestPlugin;
let operator: TestPlatform;
let feed: TestFeed;
let streams: TestEvents[];

beforeEach(async () => {
  streams = [];
  plugin = await startTestPlugin();
  operator = await startTestPlatform();
  feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 5 } });
});
afterEach(async () => {
  for (const stream of streams) stream.close();
  await operator.close();
  await plugin.close();
});

async function listen(query = '', headers: Record<string, string> = { authorization: operator.token }) {
  const stream = await testEvents(`${operator.platform.url}/v1/events${query}`, headers);
  streams.push(stream);
  return stream;
}

const users = (count: number) => Array.from({ length: count }, (_, index) => update(`u${index}`));
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('events of all feeds', () => {
  it('tell every feed at first, then those that changed, at most once a second', async () => {
    const other = await makeFeed(operator, plugin.url);
    const stream = await listen();
    expect(stream.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8' });
    const first = await stream.until('feeds', (feeds) => feeds.length === 2);
    expect(feedsEventSchema.parse(first.data).map((entry) => entry.feed_id)).toEqual([feed.id, other.id]);
    expect(stream.text).toMatch(/^retry: \d+\n\n/);
    await stream.until('feeds', ([entry]) => entry.pulse.updates_per_s === 0);
    const before = stream.events.length;
    await sleep(1_500);
    expect(stream.events).toHaveLength(before);

    await feed.push(users(23));
    const moved = await stream.until('feeds', ([entry]) => entry.pulse.updates_per_s > 0);
    expect(moved.data).toMatchObject([{ feed_id: feed.id, status: 'ACTIVE', circuit: 'CLOSED' }]);
    const open = await stream.until('feeds', ([entry]) => entry.pulse.open_lines === 3);
    expect(open.data[0].pulse).toMatchObject({ backlog_updates: 0, dead_batches: 0 });
    expect(open.data[0].pulse.oldest_open_ts).toBeLessThanOrEqual(Date.now());
    await operator.do('POST', `${other.path}/pause`);
    const isPaused = ({ feed_id: id, status }: FeedsEvent[number]) => id === other.id && status === 'PAUSED';
    await stream.until('feeds', (feeds) => feeds.some(isPaused));
    expect(stream.events.map(({ id }) => Number(id))).toEqual(stream.events.map((_, index) => index + 1));
  });
});

describe('events of one feed', () => {
  it('tell its rates, latencies, coverage and a ledger that adds up', async () => {
    const stream = await listen(`?feed_id=${feed.id}`);
    const first = await stream.until('pulse', () => true);
    expect(pulseEventSchema.parse(first.data)).toMatchObject({ updates_per_s: null, delivery_ms: null });
    await stream.until('pulse', ({ updates_per_s: rate }) => rate === 0);
    await feed.push(users(20));
    await feed.until(delivered);
    const { data } = await stream.until('pulse', ({ statistics }) => statistics.items.success === 20);
    const pulse = pulseEventSchema.parse(data);
    expect(pulse.delivery_ms?.p50).toBeGreaterThan(0);
    expect(pulse.delivery_ms?.p99).toBeGreaterThanOrEqual(pulse.delivery_ms?.p50 ?? 0);
    expect(pulse.ledger.lines).toMatchObject({ accepted: 20, delivered: 20, balanced: true });
    const sum = (rate: (event: typeof pulse) => number) =>
      stream.of('pulse').reduce((total, event) => total + rate(event.data), 0);
    // Whatever seconds it fell into, every update and batch is in one of the rates.
    expect(sum((event) => event.updates_per_s ?? 0)).toBeGreaterThan(15);
    expect(sum((event) => event.batches_per_s?.lines ?? 0)).toBeGreaterThan(3);
    expect(sum((event) => event.items_success_per_s ?? 0)).toBeGreaterThan(15);
    await stream.until('pulse', ({ coverage }) => coverage.user_points === 20);
    await stream.until('pulse', ({ updates_per_s: rate, statistics }) => rate === 0 && statistics.items.success === 20);
  });

  it('tell each batch that is new or has changed, in its latest state, at most four times a second', async () => {
    const stream = await listen(`?feed_id=${feed.id}`);
    await feed.push(users(23));
    await feed.until(({ batches }) => batches.delivered === 4);
    const latest = () =>
      new Map(
        stream.of('batches').flatMap(({ data }) => {
          const { batches } = batchesEventSchema.parse(data);
          return batches.map((batch) => [batch.batch_id, batch] as const);
        }),
      );
    await stream.until(
      'batches',
      () => [...latest().values()].filter(({ state }) => state === 'delivered').length === 4,
    );
    expect(stream.of('batches').length).toBeLessThan(10);
    expect(
      [...latest().values()].map(({ grouping_key: key, lines, seal_reason: reason }) => [key, lines, reason]),
    ).toEqual(Array(4).fill(['UPSERT', 5, 'lines']));
    const other = await makeFeed(operator, plugin.url);
    await other.push(users(1));
    await other.drain();
    await feed.drain();
    await stream.until('batches', () => latest().size === 5);
    expect([...latest().values()].at(-1)).toMatchObject({ lines: 3, seal_reason: 'drain' });
  });

  it('are refused for a feed that is not there, and without a token', async () => {
    expect((await listen('?feed_id=999')).status).toBe(404);
    expect((await listen('?feed_id=x')).status).toBe(400);
    expect((await listen('', {})).status).toBe(401);
    const headers = { authorization: operator.token };
    expect((await fetch(`${operator.platform.url}/v1/events`, { method: 'HEAD', headers })).status).toBe(404);
  });

  it('end with the feed, the session, the token and the platform', async () => {
    const { signIn, browse } = testBrowser(operator);
    const { id, token } = await operator.do('POST', '/v1/api_tokens', { name: 'looker', role: 'read' });
    const { cookie } = await signIn(token);
    const bySession = await listen('', { cookie });
    const byToken = await listen(`?feed_id=${feed.id}`, { authorization: token as string });
    const byAdmin = await listen();
    const ofFeed = await listen(`?feed_id=${feed.id}`);
    const ended = async (stream: TestEvents) => {
      for (let waited = 0; !stream.isOver && waited < 3_000; waited += 20) await sleep(20);
      return stream.isOver;
    };
    await sleep(1_200);
    expect(streams.map(({ isOver }) => isOver)).toEqual([false, false, false, false]);
    await browse('DELETE', '/v1/session', { cookie, ...OWN_PAGE });
    expect(await ended(bySession)).toBe(true);
    expect(byToken.isOver).toBe(false);
    await operator.do('DELETE', `/v1/api_tokens/${id}`);
    expect(await ended(byToken)).toBe(true);
    await operator.do('DELETE', `${feed.path}?mode=discard`);
    expect(await ended(ofFeed)).toBe(true);
    expect(byAdmin.isOver).toBe(false);
    const begun = Date.now();
    await operator.platform.close();
    expect([await ended(byAdmin), Date.now() - begun < 3_000]).toEqual([true, true]);
  });

  it('are bounded in number', async () => {
    for (let count = 0; count < 64; count += 1) expect((await listen()).status).toBe(200);
    expect((await listen()).status).toBe(503);
    streams[0]?.close();
    for (let tries = 0; ; tries += 1) {
      if ((await listen()).status === 200) break;
      expect(tries).toBeLessThan(50);
      await sleep(20);
    }
  });
});
