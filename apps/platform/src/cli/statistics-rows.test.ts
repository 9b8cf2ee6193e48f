import { type FeedStatistics, sealReasons } from '@batchfeed/schemas';
import { expect, it } from 'vitest';
import { statisticsRows } from './statistics-rows.ts';

function byReason<Value>(value: Value): Record<(typeof sealReasons)[number], Value> {
  return Object.fromEntries(sealReasons.map((reason) => [reason, value])) as Record<
    (typeof sealReasons)[number],
    Value
  >;
}

const STATISTICS: FeedStatistics = {
  updates: {
    accepted: 9,
    waiting: 1,
    open: 1,
    in_flight: 1,
    processed: 2,
    no_eligible_identifier: 1,
    dead: 1,
    expired: 1,
    discarded: 1,
  },
  lines: {
    accepted: 30,
    waiting: 4,
    open: 7,
    held: 3,
    sealed: 2,
    in_flight: 3,
    delivered: 10,
    dead: 2,
    expired: 1,
    discarded: 1,
  },
  batches: {
    sealed: 5,
    by_reason: { ...byReason(0), lines: 4, express: 1 },
    fill: { all: 0.83, by_reason: { ...byReason(null), lines: 1, express: 0.155 } },
    delivered: 3,
    dead: 1,
    expired: 0,
    attempts: 8,
  },
  items: { success: 9, error: 1 },
};

it('shows every count, and how full batches were by each reason that occurred', () => {
  const rows = statisticsRows(STATISTICS);
  expect(rows).toContainEqual(['lines', 'held', 3]);
  expect(rows).toContainEqual(['updates', 'waiting', 1]);
  expect(rows.filter(([part]) => part === 'batches')).toEqual([
    ['batches', 'sealed', 5, '83.0 % full'],
    ['batches', '  by lines', 4, '100.0 % full'],
    ['batches', '  by express', 1, '15.5 % full'],
    ['batches', 'delivered', 3],
    ['batches', 'dead', 1],
    ['batches', 'expired', 0],
    ['batches', 'attempts', 8],
  ]);
});

it('says nothing of the fill while no batch was sealed', () => {
  const batches = { ...STATISTICS.batches, sealed: 0, by_reason: byReason(0) };
  batches.fill = { all: null, by_reason: byReason(null) };
  expect(statisticsRows({ ...STATISTICS, batches })).toContainEqual(['batches', 'sealed', 0, '']);
});
