import {
  type AuditEntry,
  type DeadLetterDetail,
  type DeadLetterGroup,
  deadLetterGroupSchema,
} from '@batchfeed/schemas';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  delivered,
  makeFeed,
  startTestPlatform,
  type TestFeed,
  type TestPlatform,
  update,
} from '../../testing/test-platform.ts';
import { answer, BATCH, line, startTestPlugin, type TestPlugin, UPDATE } from '../../testing/test-plugin.ts';

let plugin: TestPlugin;
let operator: TestPlatform;
let feed: TestFeed;

beforeEach(async () => {
  plugin = await startTestPlugin();
  operator = await startTestPlatform();
  feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 2 } });
  plugin.on(UPDATE, ({ json }, response) => {
    const id: string = json.user_identifiers[0].user_point_id;
    if (id === 'unwanted') return answer(response, 404, { status: 'error', message: 'who is this?' });
    answer(response, 200, { status: 'ok', data: [line(id.slice(0, 1), { email: `${id}@example.com`, kind: 'VIP' })] });
  });
  plugin.on(BATCH, ({ json }, response) =>
    answer(response, json.context.grouping_key === 'b' ? 409 : 400, {
      status: 'ERROR',
      message: `${json.batch_content[0].email} is blocked`,
    }),
  );
});
afterEach(async () => {
  await operator.close();
  await plugin.close();
});

const get = <T>(path: string) => operator.do<T>('GET', `${feed.path}/dead_letters${path}`);
const users = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'unwanted'];

async function die(): Promise<DeadLetterGroup[]> {
  await feed.push(users.map((user) => update(user)));
  await feed.until(
    (statistics) => delivered(statistics) && statistics.batches.dead === 3 && statistics.updates.dead === 1,
  );
  return get<DeadLetterGroup[]>('/groups');
}

it('dead letters come in groups of one reason, whomever it names, and a group is replayed as one', async () => {
  const groups = await die();
  expect(groups.map((group) => deadLetterGroupSchema.parse(group))).toMatchObject([
    { stage: 'batch', reason: 'HTTP 400, ERROR: ••• is blocked', http_status: 400, count: 2, lines: 4 },
    { stage: expect.any(String), count: 1 },
    { stage: expect.any(String), count: 1 },
  ]);
  const [largest] = groups;
  expect(largest?.first_dead_ts).toBeLessThanOrEqual(largest?.last_dead_ts as number);
  const query = `?group=${encodeURIComponent(largest?.group as string)}`;
  expect((await get<{ grouping_key: string }[]>(query)).map(({ grouping_key: key }) => key)).toEqual(['a', 'a']);
  expect(await get('?group=none')).toEqual([]);
  plugin.on(BATCH, ({ json }, response) =>
    answer(response, 200, { status: 'OK', sent_items_in_success: json.batch_content.length, sent_items_in_error: 0 }),
  );
  const replayed = await operator.do('POST', `${feed.path}/dead_letters/replay`, { group: largest?.group });
  expect(replayed).toEqual({ replayed: 2 });
  await feed.until(({ lines }) => lines.delivered === 4);
  expect((await get<DeadLetterGroup[]>('/groups')).map(({ http_status: status }) => status).sort()).toEqual([404, 409]);
});

it('a dead letter is shown masked, and in clear only to whom may operate, which is written down', async () => {
  await die();
  const [letter] = await get<{ id: string }[]>('?http_status=409');
  const path = `${feed.path}/dead_letters/${letter?.id}`;
  const detail = await operator.do<DeadLetterDetail>('GET', path);
  expect(detail).toMatchObject({ grouping_key: 'b', reason: 'HTTP 409, ERROR: ••• is blocked', lines: 2 });
  expect(detail.line_list).toEqual([
    { number: 1, trace: expect.any(String), bytes: 39, content: '{"email":"•••","kind":"VIP"}' },
    { number: 2, trace: expect.any(String), bytes: 39, content: '{"email":"•••","kind":"VIP"}' },
  ]);
  expect(detail.line_list[0]?.trace).not.toBe(detail.line_list[1]?.trace);
  const masked = JSON.stringify([detail, await get(''), await get('/groups')]);
  expect(masked).not.toContain('@example.com');

  const { token } = await operator.do('POST', '/v1/api_tokens', { name: 'looker', role: 'read' });
  const looker = { authorization: token as string };
  expect((await operator.call('GET', path, undefined, looker)).status).toBe(200);
  expect((await operator.call('POST', `${path}/reveal`, undefined, looker)).status).toBe(403);
  expect((await operator.call('GET', `${feed.path}/dead_letters/export`, undefined, looker)).status).toBe(403);

  const revealed = await operator.do<object>('POST', `${path}/reveal`, { first_line: 2 });
  expect(revealed).toEqual({ lines: [{ number: 2, content: '{"email":"b2@example.com","kind":"VIP"}' }] });
  const [entry] = await operator.do<AuditEntry[]>('GET', `/v1/audit?action=reveal`);
  expect(entry).toMatchObject({ token_name: 'first', feed_id: feed.id, target: letter?.id, count: 1 });
  expect((await operator.call('POST', `${feed.path}/dead_letters/batch-0-999/reveal`)).status).toBe(404);
  expect((await operator.call('GET', `${feed.path}/dead_letters/nonsense`)).status).toBe(404);
  expect(await operator.do<AuditEntry[]>('GET', `/v1/audit?action=reveal`)).toHaveLength(1);
});

it('a replay that later updates of the same users have overtaken wants a confirmation, and sends nothing without', async () => {
  plugin.on(UPDATE, ({ json }, response) => {
    const user = json.user_identifiers[0].user_point_id;
    answer(response, 200, { status: 'ok', data: [line('k', { user, operation: json.operation })] });
  });
  plugin.on(BATCH, (_, response) => answer(response, 400, { status: 'ERROR' }));
  const overtaken = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
  await overtaken.push([update('ann'), update('bob')]);
  await overtaken.until(({ lines }) => lines.dead === 2);
  plugin.on(BATCH, ({ json }, response) =>
    answer(response, 200, { status: 'OK', sent_items_in_success: json.batch_content.length, sent_items_in_error: 0 }),
  );
  await overtaken.push([update('ann', 'DELETE')]);
  await overtaken.until(({ lines }) => lines.delivered === 1);
  const replay = (body: object) => operator.call('POST', `${overtaken.path}/dead_letters/replay`, body);
  const letters = await operator.do<{ id: string }[]>('GET', `${overtaken.path}/dead_letters`);
  const [ann, bob] = letters.map(({ id }) => id);
  const refused = await replay({});
  expect(refused).toMatchObject({
    status: 409,
    body: { code: 'REPLAY_OVERTAKEN', overtaken: 1, overtaken_ids: [ann], error: expect.stringContaining(ann ?? '?') },
  });
  const single = await operator.call('POST', `${overtaken.path}/dead_letters/${ann}/replay`);
  expect(single.status).toBe(409);
  expect((await overtaken.statistics()).lines.dead).toBe(2);
  expect((await replay({ ids: [bob] })).body.data).toEqual({ replayed: 1 });
  expect((await replay({ confirm: true })).body.data).toEqual({ replayed: 1 });
  await overtaken.until(({ lines }) => lines.delivered === 3 && lines.dead === 0);
});

it('all dead letters are replayed in the order of their sealing, not of their dying', async () => {
  let isBad = true;
  plugin.on(UPDATE, ({ json }, response) => {
    const user = json.user_identifiers[0].user_point_id;
    answer(response, 200, { status: 'ok', data: [line(user, { user })] });
  });
  // The first of them is refused last.
  plugin.on(BATCH, async ({ json }, response) => {
    const count = json.batch_content.length;
    if (!isBad) return answer(response, 200, { status: 'OK', sent_items_in_success: count, sent_items_in_error: 0 });
    await new Promise((resolve) => setTimeout(resolve, json.batch_content[0].user === 'u0' ? 300 : 0));
    answer(response, 400, { status: 'ERROR' });
  });
  const ordered = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
  await ordered.push([update('u0')]);
  await ordered.until(({ lines }) => lines.in_flight === 1);
  await ordered.push([update('u1'), update('u2')]);
  await ordered.until(({ lines }) => lines.dead === 3);
  isBad = false;
  await operator.do('POST', `${ordered.path}/pause`);
  await operator.do('POST', `${ordered.path}/dead_letters/replay`, {});
  const before = plugin.ofPath(BATCH).length;
  await operator.do('POST', `${ordered.path}/resume`);
  await ordered.until(({ lines }) => lines.delivered === 3);
  const users = plugin
    .ofPath(BATCH)
    .slice(before)
    .map(({ json }) => json.batch_content[0].user);
  expect(users).toEqual(['u0', 'u1', 'u2']);
});
