import type { FeedStatistics } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { isSuccess, type RunResult, renderFaults, renderResultLine, renderTable } from './report.ts';

const FULL = {
  lines: 1,
  bytes: null,
  age: null,
  order: 0.5,
  express: null,
  drain: 0.4,
  budget: null,
  reconfigured: null,
};

const statistics: FeedStatistics = {
  updates: {
    accepted: 1_000,
    waiting: 0,
    open: 0,
    in_flight: 0,
    processed: 900,
    no_eligible_identifier: 100,
    dead: 0,
    expired: 0,
    discarded: 0,
  },
  lines: {
    accepted: 1_200,
    waiting: 0,
    open: 0,
    held: 0,
    sealed: 0,
    in_flight: 0,
    delivered: 1_200,
    dead: 0,
    expired: 0,
    discarded: 0,
  },
  batches: {
    sealed: 8,
    by_reason: { lines: 5, bytes: 0, age: 0, order: 1, express: 0, drain: 2, budget: 0, reconfigured: 0 },
    fill: { all: 0.75, by_reason: FULL },
    delivered: 8,
    dead: 0,
    expired: 0,
    attempts: 9,
  },
  items: { success: 1_200, error: 0 },
};
const result: RunResult = {
  statistics,
  traffic: { requests: 9, partsByStatus: { '201': 1_000, '204': 200 } },
  comparison: { expected: 800, present: 800, missing: [], unexpected: [], different: [], duplicates: 0 },
  seconds: 2.04,
  identifiers: {
    statistics,
    comparison: { expected: 1_200, lost: 0, unexpected: 0, overtaken: 0 },
    idealBatches: 7,
  },
};

function byType(change: Partial<RunResult['identifiers']['comparison']>): Partial<RunResult> {
  const { identifiers } = result;
  return { identifiers: { ...identifiers, comparison: { ...identifiers.comparison, ...change } } };
}
const many = { ...statistics, batches: { ...statistics.batches, sealed: 11 } };

describe('renderResultLine', () => {
  it('is RESULT and one line of JSON with the agreed names', () => {
    expect(renderResultLine(result)).toBe(
      'RESULT {"updates":1000,"lines":1200,"batches":8,"delivered":1200,"dead":0,"open":0,"lost":0,' +
        '"duplicates_at_partner":0,"seconds":2,"by_identifier_type":{"updates":1000,"lines":1200,"batches":8,' +
        '"ideal_batches":7,"delivered":1200,"open":0,"lost":0,"overtaken":0}}',
    );
  });

  it('counts as lost who is missing, who should have gone and who is not as they should be', () => {
    const comparison = {
      ...result.comparison,
      missing: ['a@x'],
      unexpected: ['b@x', 'c@x'],
      different: ['d@x'],
      duplicates: 4,
    };
    expect(renderResultLine({ ...result, comparison })).toContain('"lost":4,"duplicates_at_partner":4');
  });

  it('counts as open what has reached no end', () => {
    const updates = { ...statistics.updates, processed: 898, open: 1, in_flight: 1 };
    const lines = { ...statistics.lines, delivered: 1_190, open: 3, sealed: 5, in_flight: 2 };
    expect(renderResultLine({ ...result, statistics: { ...statistics, updates, lines } })).toContain('"open":12,');
  });
});

describe('isSuccess', () => {
  it('is true only when everything arrived', () => {
    expect(isSuccess(result)).toBe(true);
    expect(renderFaults(result)).toEqual([]);
  });

  it.each<[string, Partial<RunResult>]>([
    ['somebody is missing', { comparison: { ...result.comparison, missing: ['a@x'] } }],
    ['somebody is there who should not be', { comparison: { ...result.comparison, unexpected: ['a@x'] } }],
    ['somebody has another name', { comparison: { ...result.comparison, different: ['a@x'] } }],
    ['somebody is there twice', { comparison: { ...result.comparison, duplicates: 1 } }],
    ['a line is dead', { statistics: { ...statistics, lines: { ...statistics.lines, dead: 1 } } }],
    [
      'an update is dead',
      { statistics: { ...statistics, updates: { ...statistics.updates, processed: 899, dead: 1 } } },
    ],
    ['a line is still open', { statistics: { ...statistics, lines: { ...statistics.lines, open: 1 } } }],
    ['a line waits on disk', { statistics: { ...statistics, lines: { ...statistics.lines, waiting: 1 } } }],
    ['a line by identifier type is lost', byType({ lost: 1 })],
    ['a line by identifier type is of no update', byType({ unexpected: 2 })],
    ['a line by identifier type overtook another of its user', byType({ overtaken: 1 })],
    [
      'batches by identifier type were cut',
      { identifiers: { ...result.identifiers, idealBatches: 0, statistics: many } },
    ],
  ])('is false when %s, and says so', (_, change) => {
    const failed = { ...result, ...change };
    expect(isSuccess(failed)).toBe(false);
    expect(renderFaults(failed)).toHaveLength(1);
  });

  it('is false when an update is still waiting', () => {
    const updates = { ...statistics.updates, processed: 899, open: 1 };
    expect(isSuccess({ ...result, statistics: { ...statistics, updates } })).toBe(false);
  });
});

describe('renderTable', () => {
  it('says what was sealed why, and how the shop answered', () => {
    const table = renderTable(result);
    expect(table).toContain('lines 5 · order 1 · drain 2');
    expect(table).toContain('201 1,000 · 204 200');
    expect(table).toMatch(/updates per second\s+490/);
    expect(table).toMatch(/batches\s+8, where 7 would be ideal/);
  });
});
