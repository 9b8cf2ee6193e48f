import {
  type Coverage,
  type RejectedIdentifiers,
  type SessionStatistics,
  type StatisticsCounter,
  type StatisticsHistoryQuery,
  type StatisticsPeriod,
  type StatisticsWindow,
  statisticsCounters,
} from '@batchfeed/schemas';
import { type ConfigDatabase, inTransaction } from './open-config-database.ts';

export type StatisticsTables = ReturnType<typeof statisticsTables>;
export type Counters = Record<StatisticsCounter, number>;

/** What happened in one hour of one session; counts are added to what is there. */
export interface HourCounts {
  readonly feedId: string;
  readonly sessionId: string;
  readonly hour: number;
  readonly counters: Readonly<Counters>;
  readonly rejected: readonly (readonly [tag: string, value: string, count: number])[];
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** The one row of a session for all that is older than what is kept by day. */
const BEFORE = 0;

type Row = Counters & { session_id: number; from_ts: number };

const sums = statisticsCounters.map((name) => `sum(${name}) AS ${name}`).join(', ');
const COLUMNS = statisticsCounters.join(', ');
const WINDOW = `feed_id = @feed AND (@session IS NULL OR session_id = @session) AND hour >= @from AND hour < @to`;
const ADD = statisticsCounters.map((name) => `${name} = ${name} + excluded.${name}`).join(', ');

/** Statistics over time, as rows of hours. Hours become days, days one row, so that the sums always stand for everything. */
export function statisticsTables(db: ConfigDatabase) {
  const addHour = db.prepare(`
    INSERT INTO feed_hours (feed_id, session_id, hour, ${COLUMNS})
    VALUES (@feed, @session, @hour, ${statisticsCounters.map((name) => `@${name}`).join(', ')})
    ON CONFLICT DO UPDATE SET ${ADD}`);
  const addRejected = db.prepare(`
    INSERT INTO rejected_identifiers VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count`);
  const history = {
    hour: db.prepare(periods('hour')),
    day: db.prepare(periods(`hour - hour % ${DAY_MS}`)),
  };
  const sessions = db.prepare(`
    SELECT session_id, coalesce(min(CASE WHEN hour > ${BEFORE} THEN hour END), 0) AS first_ts, max(hour) AS last_ts, ${sums}
    FROM feed_hours WHERE feed_id = ? GROUP BY session_id ORDER BY session_id`);
  const session = db.prepare(`SELECT ${sums} FROM feed_hours WHERE feed_id = ? AND session_id = ?`);
  const totals = db.prepare(`SELECT feed_id, ${sums} FROM feed_hours GROUP BY feed_id`);
  const rejected = db.prepare(`
    SELECT tag, value, sum(count) AS count FROM rejected_identifiers WHERE ${WINDOW}
    GROUP BY tag, value ORDER BY count DESC, tag, value LIMIT 1000`);
  const merges = [
    mergeStatement(db, 'feed_hours', 'feed_id, session_id', COLUMNS, sums, ADD),
    mergeStatement(
      db,
      'rejected_identifiers',
      'feed_id, session_id, tag, value',
      'count',
      'sum(count)',
      'count = count + excluded.count',
    ),
  ];

  const window = (feedId: string, { session_id: session, from_ts: from, to_ts: to }: StatisticsWindow) => ({
    feed: feedId,
    session: session ?? null,
    // The row of what is older than that has no time of its own.
    from: Math.max(from ?? 0, BEFORE + 1),
    to: to ?? Number.MAX_SAFE_INTEGER,
  });
  return {
    /** Adds what happened, all of it in one transaction. */
    add: inTransaction(db, (hours: readonly HourCounts[]): void => {
      for (const { feedId, sessionId, hour, counters, rejected: tags } of hours) {
        addHour.run({ feed: feedId, session: sessionId, hour, ...counters });
        for (const [tag, value, count] of tags) addRejected.run(feedId, sessionId, hour, tag, value, count);
      }
    }),
    history: (feedId: string, query: StatisticsHistoryQuery): StatisticsPeriod[] =>
      (history[query.unit].all(window(feedId, query)) as Row[]).map(withCoverage),
    sessions: (feedId: string): SessionStatistics[] =>
      (sessions.all(feedId) as (Row & { first_ts: number; last_ts: number })[]).map(withCoverage),
    /** Of one session; nothing counted is nothing to cover. */
    coverage: (feedId: string, sessionId: string): Coverage => coverageOf(session.get(feedId, sessionId) as Counters),
    rejected: (feedId: string, query: StatisticsWindow): RejectedIdentifiers[] =>
      rejected.all(window(feedId, query)) as RejectedIdentifiers[],
    /** Everything ever counted, by feed. */
    totals: (): Map<string, Counters> =>
      new Map(
        (totals.all() as (Counters & { feed_id: number })[]).map(({ feed_id, ...row }) => [String(feed_id), row]),
      ),
    /** Merges hours from before the one time into days, and days from before the other into one row a session. */
    merge: inTransaction(db, (hoursBefore: number, daysBefore: number): void => {
      const day = hoursBefore - (hoursBefore % DAY_MS);
      for (const merge of merges) {
        merge({
          from: BEFORE,
          to: daysBefore - (daysBefore % DAY_MS), // An expression: SQLite takes a plain number in GROUP BY for a column's place.
          into: `hour * ${BEFORE}`,
        });
        merge({ from: BEFORE, to: day, into: `hour - hour % ${DAY_MS}` });
      }
    }),
  };
}

/** Moves rows to another hour, adding up those that meet there. */
function mergeStatement(db: ConfigDatabase, table: string, keys: string, columns: string, summed: string, add: string) {
  const range = 'hour > @from AND hour < @to';
  return ({ from, to, into }: { from: number; to: number; into: string }): void => {
    const moved = `${into} != hour`;
    const rows = db.prepare(
      `SELECT ${keys}, ${into} AS hour, ${summed === 'sum(count)' ? 'sum(count) AS count' : summed}
       FROM ${table} WHERE ${range} AND ${moved} GROUP BY ${keys}, ${into}`,
    );
    const found = rows.all({ from, to }) as Record<string, unknown>[];
    if (found.length === 0) return;
    db.prepare(`DELETE FROM ${table} WHERE ${range} AND ${moved}`).run({ from, to });
    const names = [...keys.split(', '), 'hour', ...columns.split(', ')];
    const insert = db.prepare(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})
       ON CONFLICT DO UPDATE SET ${add}`,
    );
    for (const row of found) insert.run(row);
  };
}

function periods(period: string): string {
  return `SELECT session_id, ${period} AS from_ts, ${sums} FROM feed_hours WHERE ${WINDOW} GROUP BY session_id, from_ts
    ORDER BY from_ts, session_id`;
}

function withCoverage<R extends Counters & { session_id: number }>(row: R) {
  return { ...row, session_id: String(row.session_id), coverage: coverageOf(row) };
}

/** The share of user points without any identifier sent, of those that were dealt with. */
function coverageOf(row: Counters): Coverage {
  const points = row.updates_processed + row.updates_no_eligible_identifier;
  const without = Math.min(row.updates_without_identifier_sent, points);
  return { user_points: points, without_identifier: without, share: points === 0 ? null : without / points };
}
