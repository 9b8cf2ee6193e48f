import { type BatchingEffect, type PolicyPreview, policyPreviewSchema } from '@batchfeed/schemas';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFeed, startTestPlatform, type TestFeed, type TestPlatform, update } from '../../testing/test-platform.ts';
import { answer, line, startTestPlugin, type TestPlugin, UPDATE } from '../../testing/test-plugin.ts';

let plugin: TestPlugin;
let operator: TestPlatform;
let feed: TestFeed;
let start: number;
let now: number;

beforeEach(async () => {
  start = Date.now();
  now = start;
  plugin = await startTestPlugin();
  plugin.on(UPDATE, ({ json }, response) => {
    const id: string = json.user_identifiers[0].user_point_id;
    answer(response, 200, { status: 'ok', data: [line(id.slice(0, 1), { id })] });
  });
  operator = await startTestPlatform({ now: () => now });
  feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 100 } });
});
afterEach(async () => {
  await operator.close();
  await plugin.close();
});

const LIMITS = { enable_batching: true, batch_flush_max_size: 100 };

async function push(...users: string[]): Promise<void> {
  const before = (await feed.statistics()).updates.processed;
  await feed.push(users.map((user) => update(user)));
  await feed.until(({ updates, lines }) => updates.processed === before + users.length && lines.in_flight === 0);
}

describe('the effect of a batching configuration', () => {
  const effect = (body: object) =>
    operator.do<BatchingEffect>('POST', `${feed.versionPath}/batching_configurations/effect`, body);

  it('is what the change then does to what is open', async () => {
    expect(await effect(LIMITS)).toEqual({ feeds: [] });
    await push('a1', 'a2', 'a3', 'b1', 'b2', 'c1');
    const open = { feed_id: feed.id, name: 'people', open_groups: 3, open_lines: 6 };
    // Lines are in groups as soon as they are on disk.
    await expect
      .poll(() => effect(LIMITS))
      .toEqual({ feeds: [{ ...open, seal_now_groups: 0, seal_now_lines: 0, released_lines: 0 }] });
    expect(await effect({ ...LIMITS, enable_batching: false })).toMatchObject({
      feeds: [{ seal_now_groups: 3, seal_now_lines: 6 }],
    });
    const smaller = { ...LIMITS, batch_flush_max_size: 2 };
    expect(await effect(smaller)).toMatchObject({ feeds: [{ seal_now_groups: 2, seal_now_lines: 5 }] });
    expect((await feed.statistics()).lines.open).toBe(6);

    const path = `${feed.versionPath}/batching_configurations`;
    const [configuration] = await operator.do<{ id: string }[]>('GET', path);
    await operator.do('PUT', `${path}/${configuration?.id}`, { plugin_version_id: feed.versionId, ...smaller });
    const { batches } = await feed.until(({ lines }) => lines.delivered === 5 && lines.open === 1);
    expect(batches.by_reason.reconfigured).toBe(3);
  });

  it('tells how many held lines go on when the order of users is given up', async () => {
    plugin.on(UPDATE, ({ json }, response) =>
      answer(response, 200, { status: 'ok', data: [line(json.operation, {})] }),
    );
    await push('ann');
    await feed.push([update('ann', 'DELETE')]);
    await feed.until(({ lines }) => lines.held === 1);
    expect(await effect({ ...LIMITS, ordering: 'GROUPING_KEY' })).toMatchObject({
      feeds: [{ open_groups: 1, seal_now_groups: 0, released_lines: 1 }],
    });
    expect(await effect(LIMITS)).toMatchObject({ feeds: [{ released_lines: 0 }] });
  });

  it('is for those who may look, names wrong fields, and counts what is as old as allowed', async () => {
    await push('a1');
    const { token } = await operator.do('POST', '/v1/api_tokens', { name: 'looker', role: 'read' });
    const path = `${feed.versionPath}/batching_configurations/effect`;
    const ask = (body: object) => operator.call('POST', path, body, { authorization: token as string });
    expect((await ask(LIMITS)).status).toBe(200);
    const wrong = await ask({ ...LIMITS, batch_flush_max_size: 0 });
    expect([wrong.status, wrong.body.error]).toEqual([400, expect.stringContaining('batch_flush_max_size')]);
    const older = { ...LIMITS, batch_flush_max_age_ms: 30_000 };
    expect(await effect(older)).toMatchObject({ feeds: [{ seal_now_lines: 0 }] });
    now += 40_000;
    expect(await effect(older)).toMatchObject({ feeds: [{ seal_now_lines: 1 }] });
  });
});

describe('the policy preview', () => {
  const preview = (policy: object, feed_id = feed.id) =>
    operator.call<PolicyPreview>('POST', `${feed.versionPath}/policy_preview`, { feed_id, policy });

  it('tries a policy on what the feed got, beside the one in force', async () => {
    for (let minute = 0; minute < 6; minute += 1) {
      await push(...Array.from({ length: 10 }, (_, index) => `a${minute}-${index}`));
      now += 60_000;
    }
    const { body } = await preview({ ...LIMITS, batch_flush_max_size: 5 });
    const { before, after, ...span } = policyPreviewSchema.parse(body.data);
    expect(span).toEqual({ arrivals: 60, from_ts: start, to_ts: start + 300_000, warnings: [] });
    expect(before).toMatchObject({ lines: 60, keys: 1, batches: 6, by_reason: { age: 6 }, batches_per_hour: 72 });
    expect(before.latency_ms.p50).toBe(60_000);
    expect(after).toMatchObject({ batches: 12, by_reason: { lines: 12 }, fill: 1, lines_per_batch: 5 });
    expect(after.latency_ms.max).toBe(0);
  });

  it('says when there is nothing to try it on, and when it cannot help', async () => {
    expect((await preview(LIMITS)).body.data).toMatchObject({
      arrivals: 0,
      from_ts: null,
      after: { batches: 0, batches_per_hour: null },
      warnings: [expect.stringContaining('no lines')],
    });
    const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
    await push(...letters);
    expect((await preview(LIMITS)).body.data.warnings).toEqual([expect.stringContaining('nearly unique')]);
    const other = await makeFeed(operator, plugin.url);
    expect((await preview(LIMITS, other.id)).status).toBe(404);
  });
});
