import type { ExplainAnswer, FeedLedger } from '@batchfeed/schemas';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFeed, startTestPlatform, type TestFeed, type TestPlatform, update } from '../testing/test-platform.ts';
import { answer, BATCH, line, startTestPlugin, type TestPlugin, UPDATE } from '../testing/test-plugin.ts';

const AGE_MS = 60_000;
const LIMITS = { batch_flush_max_size: 100, batch_flush_max_age_ms: AGE_MS };

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

/** Sends updates one after the other, and waits until each has become a line. */
async function sendOneByOne(feed: TestFeed, updates: readonly object[]): Promise<void> {
  for (const one of updates) {
    const { processed } = (await feed.statistics()).updates;
    await feed.push([one]);
    await feed.until(({ updates: counts, lines }) => counts.processed === processed + 1 && lines.waiting === 0);
  }
}

/** Ann enters and leaves, while others enter: the plugin groups by operation. */
const ANN_MOVES = [update('bob'), update('ann'), update('ann', 'DELETE'), update('cat', 'DELETE')];

function explain(feed: TestFeed, user: string): Promise<ExplainAnswer> {
  return operator.do<ExplainAnswer>('GET', `${feed.path}/explain?user=${user}`);
}

async function setOrdering(feed: TestFeed, ordering: string): Promise<void> {
  const path = `${feed.versionPath}/batching_configurations`;
  const [configuration] = await operator.do<{ id: string }[]>('GET', path);
  const body = { plugin_version_id: feed.versionId, enable_batching: true, ...LIMITS, ordering };
  await operator.do('PUT', `${path}/${configuration?.id}`, body);
}

it('a line is held for an earlier one of its user under another key, and everything says so', async () => {
  const feed = await makeFeed(operator, plugin.url, { batching: LIMITS });
  const before = Date.now();
  await sendOneByOne(feed, ANN_MOVES);
  const { lines } = await feed.until(({ lines: { open } }) => open === 4);
  expect(lines).toMatchObject({ accepted: 4, held: 1, sealed: 0, in_flight: 0 });
  const ledger = await operator.do<FeedLedger>('GET', `${feed.path}/ledger`);
  expect(ledger.lines).toMatchObject({ open: 4, held: 1, balanced: true });

  const { found } = await explain(feed, 'ann');
  const held = found.find(({ state }) => state === 'held');
  expect(held).toMatchObject({ stage: 'batch', grouping_key: 'DELETE', lines: 1 });
  expect(held?.held_for).toEqual([{ grouping_key: 'UPSERT', lines: 2 }]);
  // A quarter of the maximum age, at most, for the one group that it waits for.
  const latest = held?.held_until_ts ?? 0;
  expect(latest).toBeGreaterThanOrEqual(before + AGE_MS);
  expect(latest).toBeLessThanOrEqual(Date.now() + AGE_MS * 1.25 + 1);

  await feed.drain();
  await feed.until(({ lines: { delivered } }) => delivered === 4);
  const arrived = plugin.ofPath(BATCH).map(({ json }) => json.context.grouping_key);
  expect(arrived.indexOf('UPSERT')).toBe(0);
  expect(arrived.lastIndexOf('UPSERT')).toBe(0);
});

it('lines of one update are no changes of its user: none is held', async () => {
  plugin.on(UPDATE, ({ json }, response) => {
    const [{ user_point_id: user }] = json.user_identifiers;
    answer(response, 200, { status: 'ok', data: [line('emails', { user }), line('accounts', { user })] });
  });
  const feed = await makeFeed(operator, plugin.url, { batching: { ...LIMITS, batch_flush_max_size: 10 } });
  const users = Array.from({ length: 100 }, (_, index) => update(`user-${index}`));
  await feed.push(users);
  const { batches: counts, lines } = await feed.until(({ lines: { delivered } }) => delivered === 200);
  expect(counts).toMatchObject({ sealed: 20, by_reason: { lines: 20 }, fill: { all: 1, by_reason: { lines: 1 } } });
  expect(lines).toMatchObject({ accepted: 200, held: 0 });
});

it('under GROUPING_KEY no line is held, and a change to it lets go what is', async () => {
  const feed = await makeFeed(operator, plugin.url, { batching: { ...LIMITS, ordering: 'GROUPING_KEY' } });
  await sendOneByOne(feed, ANN_MOVES);
  expect((await feed.statistics()).lines).toMatchObject({ open: 4, held: 0 });

  const other = await makeFeed(operator, plugin.url, { batching: LIMITS });
  await sendOneByOne(other, ANN_MOVES);
  await other.until(({ lines: { held } }) => held === 1);
  await setOrdering(other, 'GROUPING_KEY');
  await other.until(({ lines: { held, open } }) => held === 0 && open === 4);
  expect((await explain(other, 'ann')).found.map(({ state }) => state)).toEqual(['open', 'open']);
});

it('metrics count held lines apart from open ones, fill by reason, and what waits on disk', async () => {
  const feed = await makeFeed(operator, plugin.url, { batching: { ...LIMITS, batch_flush_max_size: 3 } });
  await sendOneByOne(feed, [update('bob'), update('ann'), update('ann', 'DELETE')]);
  await feed.until(({ lines: { held } }) => held === 1);
  const metrics = async () => {
    const { url } = operator.platform;
    return (await fetch(`${url}/metrics`, { headers: { authorization: operator.token } })).text();
  };
  const open = await metrics();
  expect(open).toContain('batchfeed_lines{stage="batch",state="open"} 2');
  expect(open).toContain('batchfeed_lines{stage="batch",state="held"} 1');
  expect(open).toContain('batchfeed_lines{stage="batch",state="waiting"} 0');
  expect(open).toMatch(/batchfeed_backlog_bytes\{stage="batch"\} [1-9]\d*/);
  await sendOneByOne(feed, [update('cat')]);
  await feed.until(({ lines: { delivered } }) => delivered === 3);
  expect(await metrics()).toContain('batchfeed_batch_fill_ratio_sum{reason="lines"} 1');
});
