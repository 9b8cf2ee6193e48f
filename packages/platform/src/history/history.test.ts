import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutgoingBatch } from '@batchfeed/delivery';
import type { BatchQuery } from '@batchfeed/schemas';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { History } from './history.ts';

const STORE = 'e3b0c442-98fc-4c14-9afb-f4c8996fb924';
const DAY = 86_400_000;

let folder: string;
let file: string;
let now: number;
const logged: Record<string, unknown>[] = [];
const logger = pino({}, { write: (text: string) => void logged.push(JSON.parse(text)) });
const open = (options = {}) => History.open({ file, storeId: STORE, now: () => now, logger, ...options });
const query = (filter: Partial<BatchQuery> = {}): BatchQuery => ({ max_results: 50, ...filter });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchfeed-history-'));
  file = join(folder, 'history.db');
  now = 1_700_000_000_000;
  logged.length = 0;
});
afterEach(() => rm(folder, { recursive: true }));

let serial = 0;
function batch(
  users: readonly string[],
  given: Partial<OutgoingBatch> = {},
  content = '{"op":"UPSERT"}',
): OutgoingBatch {
  serial += 1;
  return {
    id: `t0ken-lines-1-${serial}`,
    destination: '1',
    key: '5:list a',
    lines: users.map((subject) => ({ content, subject, acceptedAt: now - 10, bytes: Buffer.byteLength(content) })),
    bytes: 100 * users.length,
    reason: 'lines',
    openedAt: now - 10,
    sealedAt: now,
    attempt: 1,
    failures: 0,
    replay: false,
    ...given,
  };
}

/** One attempt, from sending to what the engine makes of it. */
function attempt({ recorder }: History, one: OutgoingBatch, outcome: 'delivered' | 'retry' | 'rejected'): void {
  recorder.batchSending(one);
  now += 7;
  const status = outcome === 'delivered' ? 200 : 503;
  const reason = outcome === 'delivered' ? undefined : 'HTTP 503 about bob@mail.example';
  recorder.batchAnswered(
    one,
    reason === undefined ? { kind: 'delivered', status } : ({ kind: outcome, status, reason } as never),
  );
  const { id, destination } = one;
  recorder.event('batch', {
    type: 'attempt',
    destination,
    batch: id,
    attempt: one.attempt,
    outcome,
    ms: 7,
    status,
    reason,
  });
  if (outcome !== 'rejected') return;
  const { key, lines } = one;
  recorder.event('batch', { type: 'dead', destination, key, batch: id, lines: lines.length, reason: reason as string });
}

function answer({ recorder }: History, user: string, destination = '1', lines = 1): void {
  serial += 1;
  const content = '{"operation":"UPSERT"}';
  const forward = Array.from({ length: lines }, () => ({ destination, key: '5:k', content: '1' }));
  recorder.updateAnswered(
    {
      ...batch([user], { id: `t0ken-updates-${destination}-${serial}`, destination, key: `5:${user}` }, content),
    },
    { kind: 'delivered', status: 200, forward },
  );
}

describe('History', () => {
  it('lists batches newest first, by page and filter', async () => {
    const history = await open();
    const all = Array.from({ length: 25 }, (_, index) =>
      batch([`u${index}`], {
        key: `5:${index % 5 === 0 ? 'rare' : 'list'}`,
        reason: index % 2 === 0 ? 'age' : 'lines',
      }),
    );
    for (const one of all) attempt(history, one, 'delivered');
    attempt(history, batch(['other'], { destination: '2' }), 'delivered');
    const pages: string[] = [];
    let before: string | undefined;
    do {
      const page = await history.list('1', query({ max_results: 10, before }));
      pages.push(...page.batches.map(({ batch_id: id }) => id));
      before = page.next ?? undefined;
    } while (before !== undefined);
    expect(pages).toEqual(all.map(({ id }) => id).reverse());
    expect((await history.list('1', query({ grouping_key: 'rare' }))).batches).toHaveLength(5);
    expect((await history.list('1', query({ seal_reason: 'age' }))).batches).toHaveLength(13);
    expect((await history.list('1', query({ seal_reason: 'age', grouping_key: 'rare' }))).batches).toHaveLength(3);
    expect((await history.list('1', query({ state: 'dead' }))).batches).toEqual([]);
    await history.close();
  });

  it('refuses a cursor it never gave', async () => {
    const history = await open();
    await expect(history.list('1', query({ before: 'x' }))).rejects.toMatchObject({ code: 'INVALID' });
    await history.close();
  });

  it('follows a batch through retry, death and replay, over pieces and restarts', async () => {
    let history = await open();
    const one = batch(['u1', 'u2']);
    attempt(history, one, 'retry');
    expect((await history.list('1', query())).batches[0]).toMatchObject({
      state: 'waiting',
      attempts: 1,
      http_status: 503,
    });
    await history.close();
    history = await open();
    attempt(history, { ...one, attempt: 2 }, 'rejected');
    expect((await history.list('1', query({ state: 'dead' }))).batches[0]).toMatchObject({
      state: 'dead',
      attempts: 2,
    });
    attempt(history, { ...one, attempt: 3, replay: true }, 'delivered');
    const found = await history.batch('1', one.id);
    expect(found?.row).toMatchObject({ state: 'delivered', attempts: 3, replay: 1, settledAt: now });
    expect(found?.tries.map(({ outcome, replay, isLast }) => [outcome, replay, isLast])).toEqual([
      ['retry', false, false],
      ['rejected', false, true],
      ['delivered', true, false],
    ]);
    const events = (await history.user('u2')).feeds.get('1');
    expect(events?.map(({ kind }) => kind)).toEqual([
      'line',
      'batch_sealed',
      'batch_attempt',
      'batch_attempt',
      'batch_dead',
      'batch_replayed',
      'batch_attempt',
      'batch_delivered',
    ]);
    expect(JSON.stringify(events)).not.toContain('bob@mail.example');
    expect(events?.[0]).toMatchObject({ number: 2, batch_id: one.id });
    await history.close();
  });

  it('gives the lines back, those that were asked for', async () => {
    const history = await open();
    const big = 'x'.repeat(3_000);
    const one = batch(['ű1', 'u2', 'u3'], {}, `{"name":"${big}é"}`);
    attempt(history, one, 'delivered');
    const { row } = (await history.batch('1', one.id)) as NonNullable<Awaited<ReturnType<typeof history.batch>>>;
    expect(await history.lines(row.id, { first_line: 2, max_lines: 2 })).toEqual([
      { content: `{"name":"${big}é"}`, user: 'u2', bytes: big.length + 13 },
      { content: `{"name":"${big}é"}`, user: 'u3', bytes: big.length + 13 },
    ]);
    expect(await history.batch('2', one.id)).toBeUndefined();
    await history.close();
  });

  it('finds a user in all feeds or one, and nobody else', async () => {
    const history = await open();
    for (let index = 0; index < 5_000; index += 1) answer(history, `u${index}`, index % 2 === 0 ? '1' : '2');
    answer(history, 'u42', '2');
    expect([...(await history.user('u42')).feeds.keys()].sort()).toEqual(['1', '2']);
    const { feeds, more } = await history.user('u42', '2');
    expect(more).toBe(false);
    expect([...feeds]).toMatchObject([
      [
        '2',
        [
          { kind: 'update_accepted', operation: 'UPSERT' },
          { kind: 'update_answered', lines: 1 },
        ],
      ],
    ]);
    expect((await history.user('nobody')).feeds.size).toBe(0);
    await history.close();
  });

  it('enters a gap after an end that was none, and none after a proper one', async () => {
    let history = await open();
    attempt(history, batch(['u1']), 'retry');
    await history.list('1', query());
    const lastWritten = now;
    // What a killed process leaves: the thread is gone, nobody said goodbye.
    await abandon(history);
    now += 60_000;
    history = await open();
    expect((await history.extent()).gaps).toEqual([{ from: lastWritten, to: now, reason: 'crash' }]);
    await history.close();
    now += 60_000;
    history = await open();
    expect((await history.extent()).gaps).toHaveLength(1);
    await history.close();
  });

  it('learns after a crash what became of batches it lost sight of', async () => {
    let history = await open();
    const [gone, dead, still] = [batch(['a']), batch(['b']), batch(['c'])] as const;
    for (const one of [gone, dead, still]) attempt(history, one, 'retry');
    await history.list('1', query());
    await abandon(history);
    history = await open();
    const states = new Map<string, 'delivered' | 'dead'>([
      [gone.id, 'delivered'],
      [dead.id, 'dead'],
    ]);
    history.settleUnsure(async (_, id) => states.get(id));
    await expect.poll(async () => (await history.batch('1', gone.id))?.row.state).toBe('delivered');
    expect((await history.batch('1', gone.id))?.row.settledAt).toBeNull();
    expect((await history.batch('1', dead.id))?.row.state).toBe('dead');
    expect((await history.batch('1', still.id))?.row.state).toBe('waiting');
    await history.close();
  });

  it('throws away what is too old, and says since when it is whole', async () => {
    const history = await open({ historyDays: 7 });
    const old = batch(['u1']);
    attempt(history, old, 'delivered');
    answer(history, 'u1');
    const between = now;
    await history.list('1', query());
    now += 8 * DAY;
    attempt(history, batch(['u2']), 'delivered');
    answer(history, 'u2');
    await expect.poll(async () => (await history.list('1', query())).batches.length).toBe(1);
    await expect.poll(async () => (await history.user('u1')).feeds.size).toBe(0);
    expect((await history.user('u2')).feeds.size).toBe(1);
    expect((await history.extent()).pruned).toBeGreaterThanOrEqual(between);
    await history.close();
  });

  it('keeps within its bytes: contents go first, the oldest before the others', async () => {
    const maxBytes = 2 * 1024 * 1024;
    const history = await open({ historyBytes: maxBytes });
    const noise = () => randomBytes(3_000).toString('base64');
    const all: OutgoingBatch[] = [];
    for (let index = 0; index < 60; index += 1) {
      const lines = Array.from(
        { length: 20 },
        (_, user) => batch([`u${index}-${user}`], {}, `"${noise()}"`).lines,
      ).flat();
      const one = batch([], { lines });
      all.push(one);
      attempt(history, one, 'delivered');
      now += 1_500;
      await history.list('1', query());
    }
    const kept = async (one: OutgoingBatch) => {
      const found = await history.batch('1', one.id);
      return found && (await history.lines(found.row.id, { first_line: 1, max_lines: 1 })) !== undefined;
    };
    await expect.poll(() => kept(all[0] as OutgoingBatch)).toBe(false);
    expect(await kept(all.at(-1) as OutgoingBatch)).toBe(true);
    // No row had to go, so that nothing is missing from the account but contents.
    expect((await history.list('1', query({ max_results: 100 }))).batches).toHaveLength(60);
    expect((await history.extent()).pruned).toBe(0);
    await history.close();
    // Spare pages, and what came since the last look.
    expect(statSync(file).size).toBeLessThan(maxBytes + 12 * 1024 * 1024);
  });

  it('lets rows go when no contents are left to let go', async () => {
    const history = await open({ historyBytes: 400 * 1024 });
    for (let round = 0; round < 20; round += 1) {
      for (let index = 0; index < 4_000; index += 1) answer(history, `u${round}-${index}`);
      now += 1_500;
      await history.extent();
    }
    await expect.poll(async () => (await history.user('u0-7')).feeds.size).toBe(0);
    expect((await history.user('u19-7')).feeds.size).toBe(1);
    expect((await history.extent()).pruned).toBeGreaterThan(0);
    await history.close();
  });

  it('forgets a feed altogether, also when it was stopped meanwhile, and no other', async () => {
    let history = await open();
    for (let index = 0; index < 3_000; index += 1) answer(history, `secret${index}`, index % 3 === 0 ? '2' : '1');
    for (let index = 0; index < 500; index += 1) {
      attempt(history, batch([`secret${index}`], { destination: index % 2 === 0 ? '1' : '2' }), 'delivered');
    }
    await history.forget('1');
    await abandon(history);
    history = await open();
    now += 2_000;
    history.recorder.flush();
    await expect.poll(async () => (await history.list('1', query())).batches.length, { timeout: 5_000 }).toBe(0);
    await expect.poll(async () => (await history.user('secret1')).feeds.get('1')).toBeUndefined();
    expect((await history.list('2', query({ max_results: 1_000 }))).batches).toHaveLength(250);
    expect((await history.user('secret3')).feeds.get('2')).toBeDefined();
    await history.close();
  });

  it('puts a damaged file aside and begins anew', async () => {
    await writeFile(file, 'this is no database, however long it may be'.repeat(500));
    const history = await open();
    attempt(history, batch(['u1']), 'delivered');
    expect((await history.list('1', query())).batches).toHaveLength(1);
    expect(logged.some(({ msg }) => String(msg).includes('damaged'))).toBe(true);
    expect(statSync(join(folder, 'history-damaged.db')).size).toBeGreaterThan(0);
    await history.close();
  });

  it('is for its owner alone', async () => {
    const history = await open();
    attempt(history, batch(['u1']), 'delivered');
    await history.list('1', query());
    for (const name of ['history.db', 'history.db-wal']) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    await history.close();
  });

  it('copies itself while it is written to', async () => {
    const history = await open();
    attempt(history, batch(['u1']), 'delivered');
    const copying = history.backup(join(folder, 'copy.db'));
    attempt(history, batch(['u2']), 'delivered');
    await copying;
    await history.close();
    file = join(folder, 'copy.db');
    const copy = await open();
    expect((await copy.user('u1')).feeds.size).toBe(1);
    expect((await copy.extent()).gaps).toHaveLength(1);
    await copy.close();
  });
});

/** Ends the history's thread as a crash would: nothing is handed over any more. */
async function abandon(history: History): Promise<void> {
  await history.end();
}
