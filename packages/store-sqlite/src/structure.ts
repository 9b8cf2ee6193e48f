import type Sqlite from 'better-sqlite3';
import { segmentIdsOf } from './rows/segment-ids.ts';

/**
 * A rule of the tables, as a query that counts what breaks it, with the lane and its segment ids as
 * parameters.
 */
interface Rule {
  readonly broken: string;
  readonly sql: string;
}

const OF_LANE = '>= @arrivals AND id < @end';
const IN_TAIL = 'id < @copies AND id >= (SELECT tail FROM lane WHERE number = @lane)';

const RULES: readonly Rule[] = [
  {
    broken: 'segments that are neither in the tail nor on the shelf',
    sql: `SELECT count(*) FROM segment WHERE id ${OF_LANE} AND NOT (${IN_TAIL}) AND id NOT IN (SELECT segment FROM shelf)`,
  },
  {
    broken: 'segments on the shelf that are in the tail or missing',
    sql: `SELECT count(*) FROM (SELECT segment AS id FROM shelf) WHERE id ${OF_LANE}
          AND (${IN_TAIL} OR id NOT IN (SELECT id FROM segment))`,
  },
  {
    broken: 'segments on the shelf whose number of pieces is wrong',
    sql: `SELECT count(*) FROM (SELECT segment AS id, pieces FROM shelf) LEFT JOIN
          (SELECT segment, count(*) AS found FROM piece GROUP BY segment) ON segment = id
          WHERE id ${OF_LANE} AND pieces <> coalesce(found, 0)`,
  },
  {
    broken: 'entries of the index whose segment is not on the shelf',
    sql: `SELECT count(*) FROM (SELECT segment AS id FROM piece) WHERE id ${OF_LANE}
          AND id NOT IN (SELECT segment FROM shelf)`,
  },
  {
    broken: 'sums of the shelf that are wrong',
    sql: `SELECT count(*) FROM lane, (SELECT coalesce(sum(bytes), 0) AS all_bytes, coalesce(sum(live), 0) AS all_live
          FROM (SELECT segment AS id, bytes, live FROM shelf) WHERE id ${OF_LANE})
          WHERE number = @lane AND (stored <> all_bytes OR live <> all_live)`,
  },
  {
    broken: 'ranges of ended entries that overlap',
    sql: `SELECT count(*) FROM (SELECT start, first, lag(stop) OVER (PARTITION BY queue ORDER BY start) AS before
          FROM queue JOIN over ON over.queue = queue.id WHERE lane = @lane)
          WHERE start <= coalesce(before, first)`,
  },
];

/**
 * Where the tables of a lane contradict one another, in sentences. Nothing of it loses entries; it
 * would waste room.
 */
export function structureFaults(db: Sqlite.Database, lane: number): string[] {
  const values = { lane, ...segmentIdsOf(lane) };
  return RULES.flatMap(({ broken, sql }) => {
    const count = db.prepare<[typeof values], number>(sql).pluck().get(values);
    return count === undefined || count === 0 ? [] : [`Lane ${lane} has ${broken}: ${count}.`];
  });
}
