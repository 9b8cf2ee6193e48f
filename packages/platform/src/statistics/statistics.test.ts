import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type RejectedIdentifiers,
  type SessionStatistics,
  type StatisticsPeriod,
  statisticsCounters,
} from '@batchfeed/schemas';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { migrations } from '../config/migrations.ts';
import { type ConfigDatabase, openConfigDatabase } from '../config/open-config-database.ts';
import { DAY_MS, HOUR_MS, type HourCounts, statisticsTables } from '../config/statistics-tables.ts';
import { delivered, makeFeed, startTestPlatform, type TestPlatform, update } from '../testing/test-platform.ts';
import { answer, line, startTestPlugin, type TestPlugin, UPDATE } from '../testing/test-plugin.ts';
import { countRejected, type SessionCounts, StatisticsRecorder } from './statistics-recorder.ts';

const START = Date.UTC(2026, 0, 10, 22, 30);
let plugin: TestPlugin;
let operator: TestPlatform;
let now: number;

beforeEach(async () => {
  now = START;
  plugin = await startTestPlugin();
  operator = await startTestPlatform({ now: () => now });
});
afterEach(async () => {
  await operator.close();
  await plugin.close();
});

/** A database as it was before the step with these words in it. */
function databaseBefore(path: string, words: string): ConfigDatabase {
  const db = new Database(path);
  db.exec('CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT');
  const before = migrations.findIndex((step) => step.includes(words));
  migrations.slice(0, before).forEach((step, index) => {
    db.exec(step);
    db.prepare('INSERT INTO schema_version VALUES (?)').run(index + 1);
  });
  return db;
}

const users = (count: number) => Array.from({ length: count }, (_, index) => update(`u${index}`));

describe('statistics over time', () => {
  it('count by session, hour and day, with coverage and rejected identifiers by tag', async () => {
    plugin.on(UPDATE, ({ json }, response) => {
      const id = json.user_identifiers[0].user_point_id as string;
      if (id === 'u0') return answer(response, 400, { status: 'no_eligible_identifier' });
      const stats =
        id === 'u1'
          ? [{ identifier: 'x', sync_result: 'REJECTED', tags: [{ key: 'reason', value: 'no_consent' }] }]
          : [
              { identifier: 'y', sync_result: 'SUCCESS' },
              { identifier: 'z', sync_result: 'REJECTED' },
            ];
      answer(response, 200, { status: 'ok', stats, data: id === 'u1' ? [] : [line('k', id)] });
    });
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    await feed.push([...users(5), 'nonsense']);
    await feed.until(delivered);
    now += HOUR_MS;
    await operator.do('GET', `${feed.path}/statistics/sessions`);
    await feed.push(users(2));
    await feed.until(({ updates }) => updates.processed + updates.no_eligible_identifier === 7);
    now += HOUR_MS;
    const [first] = await operator.do<SessionStatistics[]>('GET', `${feed.path}/statistics/sessions`);
    await operator.do('POST', `${feed.path}/pause`);
    await operator.do('POST', `${feed.path}/activate`);
    await feed.push(users(1));
    await feed.until(({ updates }) => updates.no_eligible_identifier === 3);

    const sessions = await operator.do<SessionStatistics[]>('GET', `${feed.path}/statistics/sessions`);
    expect(sessions).toHaveLength(2);
    expect(sessions[0]).toEqual(first);
    expect(first).toMatchObject({
      updates_accepted: 7,
      updates_rejected: 1,
      updates_processed: 5,
      updates_no_eligible_identifier: 2,
      identifiers_success: 3,
      identifiers_rejected: 5,
      lines_accepted: 3,
      lines_delivered: 3,
      batches_delivered: 3,
      items_success: 3,
      coverage: { user_points: 7, without_identifier: 4, share: 4 / 7 },
    });
    const history = (query: string) =>
      operator.do<StatisticsPeriod[]>('GET', `${feed.path}/statistics/history?${query}`);
    const byHour = await history('unit=hour');
    expect(byHour.reduce((sum, hour) => sum + hour.updates_accepted, 0)).toBe(8);
    expect(new Set(byHour.map(({ from_ts: from }) => from % HOUR_MS))).toEqual(new Set([0]));
    const byDay = await history(`unit=day&session_id=${first?.session_id}`);
    expect(byDay.reduce((sum, day) => sum + day.updates_processed, 0)).toBe(5);
    expect(byDay.every(({ from_ts: from }) => from % DAY_MS === 0)).toBe(true);
    expect(await history('to_ts=5')).toEqual([]);
    expect(await operator.do<RejectedIdentifiers[]>('GET', `${feed.path}/statistics/rejected_identifiers`)).toEqual([
      { tag: '', value: '', count: 3 },
      { tag: 'reason', value: 'no_consent', count: 2 },
    ]);
  });

  it('keep what plugins tag rejected identifiers with, without whom they name', () => {
    const counts: SessionCounts = { counters: {} as SessionCounts['counters'], rejected: new Map() };
    const count = (value: string, times = 1) => {
      for (let time = 0; time < times; time += 1) countRejected(counts, [{ key: 'reason', value }]);
    };
    count('unknown joe@secret.com', 2);
    count('unknown ann@secret.com');
    count('unknown •••');
    count('no_consent', 2);
    // What is cut off must not leave half of an address.
    count(`${'x '.repeat(98)}joe@secret.com`);
    expect([...counts.rejected.values()]).toEqual([
      ['reason', 'unknown •••', 4],
      ['reason', 'no_consent', 2],
      ['reason', `${'x '.repeat(98)}•••`, 1],
    ]);
  });

  it('lose whom an earlier release kept in those tags, and no count', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'batchfeed-tags-')), 'platform.db');
    onTestFinished(() => rmSync(dirname(path), { recursive: true }));
    const before = databaseBefore(path, 'unmasked_identifiers');
    statisticsTables(before).add([
      {
        feedId: '1',
        sessionId: '1',
        hour: HOUR_MS,
        counters: Object.fromEntries(statisticsCounters.map((name) => [name, 0])) as HourCounts['counters'],
        rejected: ['joe', 'ann'].map((name) => ['reason', `unknown ${name}@secret.com`, 2] as const),
      },
    ]);
    before.close();
    const db = openConfigDatabase(path);
    expect(statisticsTables(db).rejected('1', {})).toEqual([{ tag: 'reason', value: 'unknown •••', count: 4 }]);
    db.close();
  });

  it('agree with the ledger again when what was in memory is lost', async () => {
    const feed = await makeFeed(operator, plugin.url, { batching: { batch_flush_max_size: 1 } });
    await feed.push(users(20));
    await feed.until(delivered);
    await operator.platform.close();
    const { DatabaseSync } = await import('node:sqlite');
    const db = new DatabaseSync(`${operator.dataDir}/platform.db`);
    db.exec(
      'UPDATE feed_hours SET updates_accepted = 3, lines_delivered = 1, batches_delivered = 0, updates_processed = 25',
    );
    db.close();
    await operator.restart();
    const [session] = await operator.do<SessionStatistics[]>('GET', `${feed.path}/statistics/sessions`);
    expect(session).toMatchObject({
      updates_accepted: 20,
      lines_delivered: 20,
      batches_delivered: 20,
      updates_processed: 20,
    });
  });
});

describe('retention', () => {
  it('merges hours into days and days into one row, and keeps every sum', () => {
    const db = openConfigDatabase(join(mkdtempSync(join(tmpdir(), 'batchfeed-retention-')), 'platform.db'));
    onTestFinished(() => rmSync(dirname(db.name), { recursive: true }));
    const statistics = statisticsTables(db);
    const recorder = new StatisticsRecorder(statistics, () => now);
    const begin = Date.UTC(2026, 0, 1);
    for (let hour = 0; hour < 72; hour += 1) {
      now = begin + hour * HOUR_MS;
      const counts = recorder.of('1', '4');
      counts.counters.updates_accepted += hour;
      counts.rejected.set('t', ['t', 'v', 1]);
      recorder.flush();
    }
    const sum = () => statistics.sessions('1')[0]?.updates_accepted;
    const rows = () => statistics.history('1', { unit: 'hour' }).length;
    expect([sum(), rows()]).toEqual([2556, 72]);
    statistics.merge(begin + 2 * DAY_MS, begin + DAY_MS);
    expect([sum(), rows()]).toEqual([2556, 25]);
    statistics.merge(begin + 2 * DAY_MS, begin + DAY_MS);
    expect([sum(), rows()]).toEqual([2556, 25]);
    expect(statistics.rejected('1', {})).toEqual([{ tag: 't', value: 'v', count: 48 }]);
    recorder.close();
    db.close();
  });
});
