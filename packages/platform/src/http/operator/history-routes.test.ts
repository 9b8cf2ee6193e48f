import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  AuditEntry,
  BatchDetail,
  BatchPage,
  BatchSummary,
  ExplainAnswer,
  FeedLedger,
  RevealedLines,
  UserSearchAnswer,
} from '@batchfeed/schemas';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restoreBackup } from '../../operations/restore-backup.ts';
import { openPlatform } from '../../platform.ts';
import {
  delivered,
  makeFeed,
  startTestPlatform,
  type TestFeed,
  type TestPlatform,
  update,
} from '../../testing/test-platform.ts';
import { answer, BATCH, line, startTestPlugin, type TestPlugin, UPDATE } from '../../testing/test-plugin.ts';

const EMAIL = 'bob.smith@mail.example';
/** Quick to give up, so that a test sees the end of it. */
const retry = { maxAttempts: 2, baseMs: 5, capMs: 20 };

let plugin: TestPlugin;
let operator: TestPlatform;

beforeEach(async () => {
  plugin = await startTestPlugin();
  operator = await startTestPlatform({ retry });
});
afterEach(async () => {
  await operator.close();
  await plugin.close();
});

const pageOf = async (feed: TestFeed, query = ''): Promise<BatchPage> =>
  (await operator.call('GET', `${feed.path}/batches?${query}`)).body as unknown as BatchPage;
const detail = (feed: TestFeed, id: string) => operator.do<BatchDetail>('GET', `${feed.path}/batches/${id}`);
const search = (user: unknown, feedId?: string) =>
  operator.do<UserSearchAnswer>('POST', '/v1/user_search', {
    user,
    ...(feedId === undefined ? {} : { feed_id: feedId }),
  });

/** Makes a line of each user under each key, with an email address in it. */
function makesLines(...keys: string[]): void {
  plugin.on(UPDATE, (request, response) => {
    const content = { op: 'UPSERT', email: EMAIL, id: request.json.user_identifiers[0].user_point_id };
    answer(response, 200, { status: 'ok', data: keys.map((key) => line(key, content)) });
  });
}

async function everything(feed: TestFeed, query = ''): Promise<BatchSummary[]> {
  const all: BatchSummary[] = [];
  for (let next: string | null = ''; next !== null; ) {
    const page: BatchPage = await pageOf(feed, `${query}${next === '' ? '' : `&before=${next}`}`);
    all.push(...page.data);
    next = page.next;
  }
  return all;
}

describe('…/batches', () => {
  it('shows delivered batches with attempts, masked lines and an explanation', async () => {
    makesLines('list a');
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 3 } });
    await feed.push(['u1', 'u2', 'u3'].map((user) => update(user)));
    await feed.until(delivered);
    const page = await pageOf(feed);
    expect(page).toMatchObject({ status: 'ok', count: 1, next: null, incomplete_before_ts: null, gaps: [] });
    const [first] = page.data as [BatchSummary];
    expect(first).toMatchObject({
      grouping_key: 'list a',
      lines: 3,
      seal_reason: 'lines',
      state: 'delivered',
      attempts: 1,
      http_status: 200,
    });
    const sent = plugin.ofPath(BATCH).find(({ headers }) => headers['idempotency-key'] === first.batch_id);
    expect(first.bytes).toBe(Buffer.byteLength(sent?.body ?? ''));

    const shown = await detail(feed, first.batch_id);
    expect(shown).toMatchObject({ ...first, lines_kept: true });
    expect(shown.attempt_list).toMatchObject([{ attempt: 1, outcome: 'delivered', http_status: 200 }]);
    expect(shown.line_list.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(shown.line_list[0]?.content).toBe('{"op":"UPSERT","email":"•••","id":"•••"}');
    expect(JSON.stringify(shown)).not.toMatch(/bob\.smith|"u[123]"/);
    expect(shown.explanation.join(' ')).toContain('It was delivered with attempt 1');
  });

  it('reveals contents to those who may operate, and writes down that it did', async () => {
    makesLines('list a');
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 3 } });
    await feed.push(['u1', 'u2', 'u3'].map((user) => update(user)));
    await feed.until(delivered);
    const [first] = (await pageOf(feed)).data as [BatchSummary];
    const path = `${feed.path}/batches/${first.batch_id}/reveal`;
    const { token } = await operator.do<{ token: string }>('POST', '/v1/api_tokens', { name: 'looks', role: 'read' });
    const refused = await operator.call('POST', path, undefined, { authorization: token });
    expect(refused.status).toBe(403);
    const { lines } = await operator.do<RevealedLines>('POST', path, { first_line: 2, max_lines: 1 });
    expect(lines).toEqual([{ number: 2, content: `{"op":"UPSERT","email":"${EMAIL}","id":"u2"}` }]);
    expect((await operator.do<RevealedLines>('POST', path)).lines).toHaveLength(3);
    const entries = await operator.do<AuditEntry[]>('GET', '/v1/audit?action=reveal');
    expect(entries).toMatchObject([
      { feed_id: feed.id, target: first.batch_id, count: 3 },
      { feed_id: feed.id, target: first.batch_id, count: 1 },
    ]);
    expect(JSON.stringify(operator.log)).not.toContain(EMAIL);
  });

  it('shows every attempt of a batch that was refused, died, and came back', async () => {
    plugin.on(UPDATE, (_, response) => answer(response, 200, { status: 'ok', data: [line('k', 1)] }));
    plugin.on(BATCH, (_, response) =>
      answer(response, 400, {
        status: 'ERROR',
        message: `no such person ${EMAIL}`,
        sent_items_in_success: 0,
        sent_items_in_error: 0,
      }),
    );
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    await feed.push([update('u1')]);
    await feed.until(({ batches }) => batches.dead === 1);
    const [dead] = (await pageOf(feed, 'state=dead')).data as [BatchSummary];
    expect(dead).toMatchObject({ state: 'dead', http_status: 400, replay: false });
    expect(dead.settled_ts).not.toBeNull();
    expect(dead.reason).toContain('no such person •••');
    plugin.on(BATCH, (_, response) =>
      answer(response, 200, { status: 'OK', sent_items_in_success: 1, sent_items_in_error: 0 }),
    );
    await operator.do('POST', `${feed.path}/dead_letters/replay`);
    await feed.until(({ batches }) => batches.delivered === 1);
    const shown = await detail(feed, dead.batch_id);
    expect(shown).toMatchObject({ state: 'delivered', replay: true, attempts: 2 });
    expect(shown.attempt_list.map(({ outcome }) => outcome)).toEqual(['rejected', 'delivered']);
    expect(JSON.stringify(shown)).not.toContain(EMAIL);
    expect((await pageOf(feed, 'state=dead')).data).toEqual([]);
    const kinds = (await search('u1')).feeds[0]?.events.map(({ kind }) => kind) ?? [];
    expect(kinds.filter((kind) => kind.startsWith('batch_'))).toEqual([
      'batch_sealed',
      'batch_attempt',
      'batch_dead',
      'batch_replayed',
      'batch_attempt',
      'batch_delivered',
    ]);
  });

  it('shows a batch that is split, and its halves', async () => {
    plugin.on(UPDATE, (request, response) =>
      answer(response, 200, { status: 'ok', data: [line('k', request.json.user_identifiers[0].user_point_id)] }),
    );
    plugin.on(BATCH, ({ body, json }, response) => {
      const count = json.batch_content.length;
      if (body.includes('"bad"'))
        answer(response, 400, { status: 'ERROR', sent_items_in_success: 0, sent_items_in_error: 0 });
      else answer(response, 200, { status: 'OK', sent_items_in_success: count, sent_items_in_error: 0 });
    });
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 4 } });
    await operator.do('PUT', feed.path, { options: { bisect: true } });
    await feed.push(['a', 'b', 'bad', 'd'].map((user) => update(user)));
    await feed.until(({ lines }) => lines.delivered === 3 && lines.dead === 1);
    const batches = await everything(feed);
    const linesOf = (wanted: string) => batches.filter(({ state }) => state === wanted).map(({ lines }) => lines);
    expect(linesOf('split')).toEqual([2, 4]);
    expect(linesOf('dead')).toEqual([1]);
    expect(linesOf('delivered').reduce((sum, lines) => sum + lines, 0)).toBe(3);
    const events = (await search('bad')).feeds[0]?.events.map(({ kind }) => kind);
    expect(events?.filter((kind) => kind === 'batch_split')).toHaveLength(2);
    expect(events?.at(-1)).toBe('batch_dead');
  });

  it('says 404 for a batch of another feed', async () => {
    makesLines('list a', 'list b');
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    const other = await makeFeed(operator, plugin.url);
    await feed.push([update('u1')]);
    await feed.until(delivered);
    const [first] = (await pageOf(feed)).data as [BatchSummary];
    expect((await operator.call('GET', `${other.path}/batches/${first.batch_id}`)).status).toBe(404);
    expect((await operator.call('GET', `${feed.path}/batches/nonsense`)).status).toBe(404);
    expect((await operator.call('GET', `${feed.path}/batches?before=nonsense`)).status).toBe(400);
  });
});

describe('/user_search', () => {
  it('tells what happened to a user in order, in every feed, and what is still open', async () => {
    makesLines('list a', 'list b');
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 2 } });
    const other = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 100 } });
    for (const each of [feed, other]) await each.push(['u1', 'u2'].map((user) => update(user)));
    await feed.until(delivered);
    await other.until(({ updates }) => updates.processed === 2);
    const { feeds, gaps } = await search('u2');
    expect(gaps).toEqual([]);
    expect(feeds.map(({ feed_id: id }) => id)).toEqual([feed.id, other.id]);
    const [settled, open] = feeds as [UserSearchAnswer['feeds'][number], UserSearchAnswer['feeds'][number]];
    expect(settled).toMatchObject({ waiting: [], more: false, incomplete_before_ts: null });
    expect(settled.events[0]).toMatchObject({ kind: 'update_accepted', operation: 'UPSERT' });
    expect(settled.events[1]).toMatchObject({ kind: 'update_answered', lines: 2, status: 200, attempt: 1 });
    expect(
      settled.events
        .filter(({ kind }) => kind === 'line')
        .map(({ grouping_key: key }) => key)
        .sort(),
    ).toEqual(['list a', 'list b']);
    expect(settled.events.filter(({ kind }) => kind === 'batch_delivered')).toHaveLength(2);
    expect(settled.events.map(({ ts }) => ts)).toEqual(settled.events.map(({ ts }) => ts).sort((a, b) => a - b));
    // Its line of list b has sealed the one of list a, which must not be overtaken.
    expect(open.waiting).toContainEqual(expect.objectContaining({ state: 'open', grouping_key: 'list b' }));
    // The same name as in the log.
    expect(JSON.stringify(operator.log)).toContain(settled.trace);
    expect((await search({ type: 'USER_POINT', user_point_id: 'u2' }, feed.id)).feeds).toEqual([settled]);
    expect((await search('nobody')).feeds).toEqual([]);
    expect((await search('nobody', feed.id)).feeds).toMatchObject([{ feed_id: feed.id, events: [] }]);
  });

  it('tells of updates that were put off, refused and of no use', async () => {
    const answers: Record<string, [number, object]> = {
      dead: [400, { status: 'error', message: `unknown ${EMAIL}` }],
      skipped: [400, { status: 'no_eligible_identifier' }],
    };
    plugin.on(UPDATE, (request, response) => {
      const [status, body] = answers[request.json.user_identifiers[0].user_point_id] as [number, object];
      answer(response, status, body);
    });
    const feed = await makeFeed(operator, plugin.url);
    await feed.push([update('dead'), update('skipped', 'DELETE')]);
    await feed.until(({ updates }) => updates.dead === 1 && updates.no_eligible_identifier === 1);
    const dead = (await search('dead')).feeds[0]?.events ?? [];
    expect(dead.map(({ kind }) => kind)).toEqual([
      'update_accepted',
      'update_retried',
      'update_retried',
      'update_dead',
    ]);
    expect(dead.every(({ update_id: id }) => id === dead[0]?.update_id)).toBe(true);
    expect(JSON.stringify(dead)).not.toContain(EMAIL);
    expect((await search('skipped')).feeds[0]?.events[1]).toMatchObject({
      kind: 'update_answered',
      reason: 'no_eligible_identifier',
      operation: 'DELETE',
    });
  });
});

describe('explain', () => {
  it('knows what became of a user and a batch that are over', async () => {
    makesLines('list a', 'list b');
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    await feed.push([update('u1')]);
    await feed.until(delivered);
    const { found } = await operator.do<ExplainAnswer>('GET', `${feed.path}/explain?user=u1`);
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({ stage: 'batch', state: 'over', outcome: 'delivered', lines: 1 });
    expect(found[0]?.settled_ts).toBeGreaterThan(0);
    const batch = found[0]?.batch_id as string;
    const again = await operator.do<ExplainAnswer>('GET', `${feed.path}/explain?batch=${batch}`);
    expect(again.found).toEqual([found[0]]);
  });

  it('knows the latest batches of a grouping key that are over, of every session or of one', async () => {
    makesLines('list a', 'list b');
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    const explain = async (query: string) =>
      (await operator.do<ExplainAnswer>('GET', `${feed.path}/explain?${query}`)).found;
    const { session_id: first } = await feed.resource();
    await feed.push([update('u1'), update('u2')]);
    await feed.until(delivered);
    await operator.do('POST', `${feed.path}/pause`);
    await operator.do('POST', `${feed.path}/resume`);
    await feed.push([update('u3')]);
    await feed.until(({ lines }) => lines.delivered === 6);
    const found = await explain('key=list%20a');
    const { data: listed } = await pageOf(feed, 'grouping_key=list%20a');
    expect(found.map(({ batch_id: id }) => id)).toEqual(listed.map(({ batch_id: id }) => id).reverse());
    expect(found).toMatchObject(listed.map(() => ({ state: 'over', outcome: 'delivered', grouping_key: 'list a' })));
    expect(await explain(`key=list%20a&session_id=${first}`)).toEqual(found.slice(0, 2));
    expect(await explain('key=list%20c')).toEqual([]);
  });

  it('says of a dead batch once that it is dead', async () => {
    makesLines('list a');
    plugin.on(BATCH, (_, response) => answer(response, 400, { status: 'ERROR' }));
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    await feed.push([update('u1')]);
    await feed.until(({ lines }) => lines.dead === 1);
    const { found } = await operator.do<ExplainAnswer>('GET', `${feed.path}/explain?key=list%20a`);
    expect(found).toMatchObject([{ state: 'over', outcome: 'dead' }]);
  });
});

describe('the history', () => {
  it('agrees with the ledger, whatever the plugin does', async () => {
    const outcomes = fc.constantFrom('ok', 'refuse', 'retry once');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(5), fc.nat(2), outcomes), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        async (updates, size) => {
          const seen = new Set<string>();
          plugin.on(UPDATE, ({ json }, response) => {
            const [, key, outcome] = json.user_identifiers[0].user_point_id.split('-');
            answer(response, 200, { status: 'ok', data: [line(`key ${key}`, { outcome })] });
          });
          plugin.on(BATCH, ({ body, json, headers }, response) => {
            const count = json.batch_content.length;
            const id = headers['idempotency-key'] as string;
            const retries = body.includes('retry once') && !seen.has(id);
            seen.add(id);
            const status = body.includes('refuse') ? 'ERROR' : retries ? 'RETRY' : 'OK';
            answer(response, { ERROR: 400, RETRY: 429, OK: 200 }[status], {
              status,
              sent_items_in_success: status === 'OK' ? count : 0,
              sent_items_in_error: 0,
            });
          });
          const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: size } });
          await feed.push(updates.map(([user, key, outcome]) => update(`u${user}-${key}-${outcome}`)));
          await feed.until(({ updates: { accepted, processed } }) => accepted === processed);
          await feed.drain();
          await feed.until(delivered);
          const ledger = await operator.do<FeedLedger>('GET', `${feed.path}/ledger`);
          const statistics = await feed.statistics();
          const batches = await everything(feed, 'max_results=7');
          const of = (state: BatchSummary['state']) => batches.filter((batch) => batch.state === state);
          const lines = (list: BatchSummary[]) => list.reduce((sum, batch) => sum + batch.lines, 0);
          expect(new Set(batches.map(({ batch_id: id }) => id)).size).toBe(batches.length);
          expect(lines(of('delivered'))).toBe(ledger.lines.delivered);
          expect(lines(of('dead'))).toBe(ledger.lines.dead);
          expect(of('delivered').length).toBe(statistics.batches.delivered);
          expect(of('dead').length).toBe(statistics.batches.dead);
          expect(batches.length).toBe(statistics.batches.sealed);
          expect(batches.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(ledger.lines.attempts);
          for (const [user, key, outcome] of updates.slice(0, 3)) {
            const name = `u${user}-${key}-${outcome}`;
            const pushed = updates.filter((one) => `u${one[0]}-${one[1]}-${one[2]}` === name).length;
            const events = (await search(name, feed.id)).feeds[0]?.events ?? [];
            const count = (kind: string) => events.filter((event) => event.kind === kind).length;
            expect(count('update_accepted')).toBe(pushed);
            expect(count('line')).toBe(pushed);
          }
          await operator.do('DELETE', `${feed.path}?mode=discard`);
        },
      ),
      { numRuns: 12 },
    );
  }, 60_000);

  it('survives a restart, and goes with the feed', async () => {
    makesLines('list a', 'list b');
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    await feed.push([update('u1')]);
    await feed.until(delivered);
    await operator.restart();
    const page = await pageOf(feed);
    expect(page.data).toHaveLength(2);
    expect(page.gaps).toEqual([]);
    await operator.do('DELETE', `${feed.path}?mode=discard`);
    await expect.poll(async () => (await operator.call('GET', feed.path)).status).toBe(404);
    expect((await search('u1')).feeds).toEqual([]);
  });

  it('is in a backup, which has a gap from then on', async () => {
    makesLines('list a', 'list b');
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    await feed.push([update('u1')]);
    await feed.until(delivered);
    const { path } = await operator.do<{ path: string }>('POST', '/v1/backups', {});
    expect(existsSync(join(path, 'history.db'))).toBe(true);
    const restored = `${operator.dataDir}-restored`;
    restoreBackup(path, restored);
    const platform = await openPlatform({ dataDir: restored, logger: pino({ level: 'silent' }) });
    const response = await fetch(`${platform.url}${feed.path}/batches`, { headers: { authorization: operator.token } });
    const page = (await response.json()) as BatchPage;
    await platform.close();
    await rm(restored, { recursive: true });
    expect(page.data).toHaveLength(2);
    expect(page.gaps).toMatchObject([{ reason: 'crash' }]);
  });
});
