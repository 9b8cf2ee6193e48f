import { describe, expect, it } from 'vitest';
import { type AttemptReport, ConcurrencyLimit } from './concurrency.ts';

const well: AttemptReport = { ms: 20, status: 200, inFlight: 1 };

/** Reports the same `times` over, with as many in flight as may be. */
function report(limit: ConcurrencyLimit, attempt: Partial<AttemptReport>, times = 1): void {
  for (let count = 0; count < times; count += 1) limit.report({ ...well, inFlight: limit.limit, ...attempt });
}

describe('a fixed limit', () => {
  it('stays what it is', () => {
    const limit = new ConcurrencyLimit(4);
    report(limit, {}, 100);
    report(limit, { status: 503 }, 100);
    expect(limit.limit).toBe(4);
  });
});

describe('an adaptive limit', () => {
  it('starts at its lower bound, 1 by default', () => {
    expect(new ConcurrencyLimit({ max: 9 }).limit).toBe(1);
    expect(new ConcurrencyLimit({ min: 3, max: 9 }).limit).toBe(3);
  });

  it('rises by one for each full round, up to its upper bound', () => {
    const limit = new ConcurrencyLimit({ max: 4 });
    const seen: number[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      report(limit, {});
      seen.push(limit.limit);
    }
    // 1 + 1/1 = 2, + 1/2 + 1/2.5 = 2.9, + 1/2.9 = 3.2, …
    expect(seen).toEqual([2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4]);
    report(limit, {}, 100);
    expect(limit.limit).toBe(4);
  });

  it('does not rise while it is not used', () => {
    const limit = new ConcurrencyLimit({ min: 3, max: 9 });
    report(limit, { inFlight: 2 }, 100);
    expect(limit.limit).toBe(3);
    report(limit, { inFlight: 3 }, 3);
    expect(limit.limit).toBe(3);
    report(limit, { inFlight: 3 });
    expect(limit.limit).toBe(4);
  });

  it.each([
    ['429', { status: 429 }],
    ['503', { status: 503 }],
    ['an attempt that took far too long', { ms: 500 }],
  ])('falls by a third at %s, once a round, and not below its lower bound', (_name, attempt) => {
    const limit = new ConcurrencyLimit({ min: 2, max: 12 });
    report(limit, {}, 200);
    expect(limit.limit).toBe(12);
    report(limit, { ...attempt, inFlight: 12 }, 12);
    expect(limit.limit).toBe(8);
    report(limit, { ...attempt, inFlight: 8 }, 1);
    expect(limit.limit).toBe(5);
    report(limit, { ...attempt, inFlight: 5 }, 100);
    expect(limit.limit).toBe(2);
  });

  it.each([200, 500, 504, 400, undefined])('does not fall at an answer of %s in good time', (status) => {
    const limit = new ConcurrencyLimit({ max: 5 });
    report(limit, {}, 50);
    report(limit, { status, ms: 60 }, 10);
    expect(limit.limit).toBe(5);
  });

  it('falls at an attempt more than three times as slow as the best', () => {
    const limit = new ConcurrencyLimit({ max: 5 });
    report(limit, {}, 50);
    report(limit, { ms: 60 });
    expect(limit.limit).toBe(5);
    report(limit, { ms: 62 });
    expect(limit.limit).toBe(3);
  });

  it('tolerates as much slowness as it was told to', () => {
    const limit = new ConcurrencyLimit({ max: 5, tolerance: 10 });
    report(limit, {}, 50);
    report(limit, { ms: 190 });
    expect(limit.limit).toBe(5);
    report(limit, { ms: 250 });
    expect(limit.limit).toBe(3);
  });

  it('takes no difference between latencies that the clock accounts for', () => {
    const limit = new ConcurrencyLimit({ max: 5 });
    report(limit, { ms: 0 }, 50);
    report(limit, { ms: 15 });
    expect(limit.limit).toBe(5);
    report(limit, { ms: 16 });
    expect(limit.limit).toBe(3);
  });

  it('believes a server that became slower for good', () => {
    const limit = new ConcurrencyLimit({ max: 10 });
    report(limit, {}, 100);
    report(limit, { ms: 100 }, 40);
    expect(limit.limit).toBe(1);
    // A hundredth is forgotten each time: after some 50 attempts 100 ms are less than three times
    // the best.
    report(limit, { ms: 100 }, 100);
    expect(limit.limit).toBe(10);
  });

  it('takes the best latency from the newest attempt when that is the best', () => {
    const limit = new ConcurrencyLimit({ max: 5 });
    report(limit, { ms: 100 }, 50);
    report(limit, { ms: 10 });
    report(limit, { ms: 50 });
    expect(limit.limit).toBe(3);
  });
});
