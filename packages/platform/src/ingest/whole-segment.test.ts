import type { IngestReport } from '@batchfeed/schemas';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFeed, ndjson, type TestFeed, type TestPlatform, update } from '../testing/test-platform.ts';
import { type TestPlugin, UPDATE } from '../testing/test-plugin.ts';
import { startTestScene, type TestScene } from '../testing/test-scene.ts';

let scene: TestScene;
let plugin: TestPlugin;
let operator: TestPlatform;
let feed: TestFeed;

beforeEach(async () => {
  scene = await startTestScene();
  ({ plugin, operator, feed } = scene);
});
afterEach(() => scene.close());

const member = (user: string, profile?: object) => ({
  user_identifiers: [{ type: 'USER_POINT', user_point_id: user }],
  ...(profile === undefined ? {} : { user_profiles: [profile] }),
});
const load = (members: readonly unknown[], query = '', headers = {}) =>
  operator.call<IngestReport>('POST', `${feed.path}/user_segment_updates?mode=full${query}`, ndjson(members), headers);
const whole = async (members: readonly unknown[], query = '') => (await load(members, query)).body.data.whole_segment;

/** What reached the plugin since the last time, as `+user` and `-user`. */
let seen = 0;
async function sent(): Promise<string[]> {
  await feed.until(({ updates }) => updates.open + updates.in_flight === 0);
  const requests = plugin.ofPath(UPDATE).slice(seen);
  seen += requests.length;
  return requests
    .map(({ json }) => `${json.operation === 'UPSERT' ? '+' : '-'}${json.user_identifiers[0].user_point_id}`)
    .sort();
}
beforeEach(() => {
  seen = 0;
});

describe('an upload of the whole segment', () => {
  it('sends what is new or changed and deletes who is gone, over a restart', async () => {
    expect((await feed.resource()).status).toBe('ACTIVE');
    expect(await whole([member('a'), member('b'), member('c')])).toEqual({
      upserts: 3,
      deletes: 0,
      unchanged: 0,
      deletes_withheld: 0,
      known_before: 0,
    });
    expect(await sent()).toEqual(['+a', '+b', '+c']);
    expect((await feed.resource()).status).toBe('LIVE');
    await operator.restart();
    expect(await whole([member('b', { vip: true }), member('c'), member('d')])).toEqual({
      upserts: 2,
      deletes: 1,
      unchanged: 1,
      deletes_withheld: 0,
      known_before: 3,
    });
    expect(await sent()).toEqual(['+b', '+d', '-a']);
    expect(await whole([member('b', { vip: true }), member('c'), member('d')])).toMatchObject({ unchanged: 3 });
    expect(await sent()).toEqual([]);
  });

  it('knows of the updates that came between', async () => {
    await whole([member('a'), member('b')]);
    await feed.push([update('c'), update('a', 'DELETE')]);
    await sent();
    expect(await whole([member('b')])).toMatchObject({ deletes: 1, unchanged: 1, known_before: 2 });
    expect(await sent()).toEqual(['-c']);
  });

  it('deletes nobody while any line of it is unreadable, and stays in its loading', async () => {
    await whole([member('a'), member('b')]);
    await sent();
    expect(await whole([member('a'), { nobody: true }])).toMatchObject({ deletes: 0, deletes_withheld: 1 });
    expect(await whole([member('a'), update('b', 'DELETE')])).toMatchObject({ deletes: 0, deletes_withheld: 1 });
    expect(await sent()).toEqual([]);
    const other = await makeFeed(operator, plugin.url);
    await operator.call('POST', `${other.path}/user_segment_updates?mode=full`, ndjson([member('a'), {}]));
    expect((await other.resource()).status).toBe('INITIAL_LOADING');
  });

  it('of nobody must say so', async () => {
    await whole([member('a')]);
    await sent();
    expect((await load([])).status).toBe(400);
    expect(await sent()).toEqual([]);
    expect(await whole([], '&allow_empty=true')).toMatchObject({ deletes: 1 });
    expect(await sent()).toEqual(['-a']);
  });

  it('sends everybody again in a new session', async () => {
    await whole([member('a'), member('b')]);
    await sent();
    await operator.do('POST', `${feed.path}/pause`);
    await operator.do('POST', `${feed.path}/resume`);
    expect(await whole([member('a')])).toMatchObject({ upserts: 1, deletes: 1, unchanged: 0 });
    expect(await sent()).toEqual(['+a', '-b']);
  });

  it('is harmless when repeated under its key', async () => {
    const first = await load([member('a')], '', { 'idempotency-key': 'k' });
    await feed.push([update('z')]);
    await sent();
    expect((await load([member('a')], '', { 'idempotency-key': 'k' })).body).toEqual(first.body);
    expect(await sent()).toEqual([]);
    expect((await load([member('b')], '', { 'idempotency-key': 'k' })).status).toBe(422);
  });

  it('of many members takes them part by part', async () => {
    const many = Array.from({ length: 6_000 }, (_, index) => member(`m${index}`));
    expect(await whole(many)).toMatchObject({ upserts: 6_000 });
    expect(await whole(many.slice(2_000))).toMatchObject({ deletes: 2_000, unchanged: 4_000 });
    expect((await sent()).filter((text) => text.startsWith('-'))).toHaveLength(2_000);
  });
});
