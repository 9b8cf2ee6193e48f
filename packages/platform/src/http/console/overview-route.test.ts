import { type FeedOverview, feedOverviewSchema } from '@batchfeed/schemas';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFeed, startTestPlatform, type TestPlatform, update } from '../../testing/test-platform.ts';
import { answer, BATCH, startTestPlugin, type TestPlugin } from '../../testing/test-plugin.ts';

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

const overview = async (query = '') => {
  const { status, body } = await operator.call<FeedOverview[]>(
    'GET',
    `/v1/audience_segment_external_feeds/overview?${query}`,
  );
  return { status, total: body.total, ids: body.data?.map(({ feed }) => feed.id), feeds: body.data };
};

it('the overview lists feeds with what each is bound to and how it fares', async () => {
  plugin.on(BATCH, ({ json }, response) =>
    json.context.grouping_key === 'DELETE'
      ? answer(response, 400, { status: 'ERROR', sent_items_in_success: 0, sent_items_in_error: 1 })
      : answer(response, 200, { status: 'OK', sent_items_in_success: 2, sent_items_in_error: 0 }),
  );
  const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 2 } });
  const { feeds: quiet } = await overview();
  expect(quiet?.[0]?.pulse).toMatchObject({ updates_per_s: null, open_lines: 0, oldest_open_ts: null });
  await feed.push([update('a'), update('b'), update('c'), update('d', 'DELETE'), update('e', 'DELETE')]);
  await feed.until(({ batches, lines }) => batches.delivered === 1 && batches.dead === 1 && lines.open === 1);
  // What happened may have fallen into two seconds.
  const rates = { batches: 0, errors: 0 };
  for (let tries = 0; rates.batches === 0 || rates.errors === 0; tries += 1) {
    const [entry] = (await overview()).feeds ?? [];
    rates.batches ||= entry?.pulse.batches_per_s ?? 0;
    rates.errors ||= entry?.pulse.errors_per_s ?? 0;
    expect(feedOverviewSchema.parse(entry)).toMatchObject({
      feed: { id: feed.id, status: 'ACTIVE' },
      plugin: { id: feed.pluginId, artifact_id: expect.stringMatching(/^feed-/) },
      version_id: feed.versionId,
      segment: { name: 'people' },
      circuit: { state: 'CLOSED' },
      pulse: { open_lines: 1, backlog_updates: 0, dead_batches: 1, dead_updates: 0 },
    });
    expect(tries).toBeLessThan(100);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
});

it('the overview finds feeds by a part of a name in either case, by id, and by status', async () => {
  const first = await makeFeed(operator, plugin.url);
  const second = await makeFeed(operator, plugin.url, { activate: false });
  await operator.do('PUT', second.path, { name: 'Élan <b>50%</b>' });
  const { artifact_id: artifact } = await second.resource();
  expect((await overview()).ids).toEqual([first.id, second.id]);
  expect((await overview('search=PEOPLE')).ids).toEqual([first.id, second.id]);
  expect((await overview(`search=${encodeURIComponent('éLAN <B>')}`)).ids).toEqual([second.id]);
  expect((await overview('search=0%25')).ids).toEqual([second.id]);
  expect((await overview('search=_')).ids).toEqual([]);
  expect((await overview(`search=${artifact}`)).ids).toEqual([second.id]);
  expect((await overview('status=INITIAL')).ids).toEqual([second.id]);
  expect((await overview('status=ACTIVE&search=lan')).ids).toEqual([]);
  expect(await overview('max_results=1&first_result=1')).toMatchObject({ total: 2, ids: [second.id] });
  expect((await overview('status=NONE')).status).toBe(400);
});
