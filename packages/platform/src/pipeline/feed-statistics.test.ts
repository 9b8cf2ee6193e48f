import { feedStatisticsSchema } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { testLedger } from '../testing/test-ledger.ts';
import { feedLedger } from './feed-ledger.ts';
import { feedStatistics } from './feed-statistics.ts';

const UPDATES = testLedger({
  accepted: 100,
  waiting: 40,
  open: 3,
  sealed: 2,
  inFlight: 5,
  delivered: 30,
  dead: 8,
  expired: 5,
  discarded: 7,
  tallies: { no_eligible_identifier: 4 },
});
const LINES = testLedger({
  accepted: 70,
  waiting: 10,
  open: 20,
  held: 6,
  sealed: 4,
  inFlight: 8,
  delivered: 21,
  dead: 3,
  expired: 2,
  discarded: 2,
  batches: { sealed: { lines: 3, age: 1 }, delivered: 2, dead: 1, expired: 0 },
  sealedLines: { lines: 30, age: 2 },
  sealedLimits: { lines: 30, age: 10 },
});

describe('the statistics of a feed', () => {
  it('say where every update and line is, and add up', () => {
    const { updates, lines } = feedStatisticsSchema.parse(feedStatistics(UPDATES, LINES));
    const { accepted, ...places } = updates;
    expect(places).toEqual({
      waiting: 40,
      open: 5,
      in_flight: 5,
      processed: 26,
      no_eligible_identifier: 4,
      dead: 8,
      expired: 5,
      discarded: 7,
    });
    expect(Object.values(places).reduce((sum, count) => sum + count)).toBe(accepted);
    const { accepted: taken, held, ...states } = lines;
    expect([taken, held, states.waiting, states.open, states.discarded]).toEqual([70, 6, 10, 20, 2]);
    expect(Object.values(states).reduce((sum, count) => sum + count)).toBe(taken);
  });

  it('tell how full batches were, by reason, and nothing of reasons that did not occur', () => {
    const { sealed, fill } = feedStatistics(UPDATES, LINES).batches;
    expect(sealed).toBe(4);
    expect(fill.all).toBe(32 / 40);
    expect(fill.by_reason).toMatchObject({ lines: 1, age: 0.2, express: null, order: null });
    expect(feedStatistics(testLedger(), testLedger()).batches.fill.all).toBeNull();
  });
});

describe('the ledger of a feed', () => {
  it('is balanced while every line is in exactly one place; held lines are open ones', () => {
    expect(feedLedger(UPDATES, LINES)).toMatchObject({
      updates: { waiting: 40, held: 0, discarded: 7, balanced: true },
      lines: { waiting: 10, open: 20, held: 6, balanced: true },
    });
    expect(feedLedger(UPDATES, { ...LINES, waiting: 9 }).lines.balanced).toBe(false);
    expect(feedLedger({ ...UPDATES, discarded: 8 }, LINES).updates.balanced).toBe(false);
  });
});
