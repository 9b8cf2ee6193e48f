import type { Arrival } from '@batchfeed/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';

const POLICY = { maxLines: 4, maxBytes: 1_000, maxAgeMs: 100, envelopeBytes: 2, separatorBytes: 1 };
const arrival = (ts: number, key = 'k', more: Partial<Arrival> = {}): Arrival => ({ ts, key, bytes: 10, ...more });
const every = (ms: number, count: number, key: (index: number) => string = () => 'k') =>
  Array.from({ length: count }, (_, index) => arrival(index * ms, key(index)));

describe('simulate', () => {
  it('seals by lines, and counts fill and how long each line waited', () => {
    const report = simulate(every(10, 8), { policy: POLICY });
    expect(report).toMatchObject({ lines: 8, keys: 1, batches: 2, by_reason: { lines: 2 }, fill: 1 });
    // Each batch is sealed with its fourth line: 30, 20, 10 and 0 ms after they came.
    expect(report.latency_ms).toEqual({ p50: 10, p95: 30, p99: 30, max: 30 });
  });

  it('seals by age, counted from the oldest line, also what is left at the end', () => {
    const report = simulate(every(60, 3), { policy: POLICY });
    expect(report).toMatchObject({ batches: 2, by_reason: { age: 2 }, lines_per_batch: 1.5, fill: 0.375 });
    expect(report.latency_ms).toMatchObject({ p50: 100, max: 100 });
  });

  it('seals by bytes of the whole body', () => {
    const report = simulate(every(1, 3), { policy: { ...POLICY, maxBytes: 2 + 10 + 1 + 10 } });
    expect(report).toMatchObject({ batches: 2, by_reason: { bytes: 1, age: 1 } });
  });

  it('holds a line back for an earlier one of its user under another key, as the engine does', () => {
    const arrivals = [arrival(0, 'UPSERT', { subject: 'ann' }), arrival(60, 'DELETE', { subject: 'ann' })];
    // The DELETE joins its group when the UPSERT is sealed, and keeps its age: both wait for 100 ms.
    const { by_reason, latency_ms } = simulate(arrivals, { policy: POLICY });
    expect([by_reason, latency_ms.max, latency_ms.p50]).toEqual([{ age: 1, order: 1 }, 100, 100]);
    const free = simulate(arrivals, { policy: POLICY, ordering: 'GROUPING_KEY' });
    expect(free).toMatchObject({ ordering: 'GROUPING_KEY', by_reason: { age: 2 }, latency_ms: { max: 100 } });
  });

  it('fills batches when every update makes a line under each of two keys', () => {
    const updates = Array.from({ length: 2_000 }, (_, cause) =>
      ['email', 'account'].map((key) => arrival(cause, key, { subject: `user ${cause % 1_500}`, cause })),
    ).flat();
    const policy = { ...POLICY, maxLines: 200, maxBytes: 100_000, maxAgeMs: 60_000 };
    for (const ordering of ['USER', 'GROUPING_KEY'] as const) {
      expect(simulate(updates, { policy, ordering })).toMatchObject({ batches: 20, fill: 1, by_reason: { lines: 20 } });
    }
  });

  it('takes arrivals of one update for one cause, and arrivals without one for updates of their own', () => {
    const two = (cause: { cause?: number }) => [
      arrival(0, 'a', { subject: 'ann', ...cause }),
      arrival(0, 'b', { subject: 'ann', ...cause }),
    ];
    expect(simulate(two({ cause: 7 }), { policy: POLICY }).latency_ms.max).toBe(100);
    expect(simulate(two({ cause: 7 }), { policy: POLICY }).by_reason).toEqual({ age: 2 });
    expect(simulate(two({}), { policy: POLICY }).by_reason).toEqual({ age: 1, order: 1 });
    const others = [arrival(0, 'a', { subject: 'ann', cause: 7 }), arrival(0, 'b', { subject: 'bob', cause: 7 })];
    expect(simulate(others, { policy: POLICY }).by_reason).toEqual({ age: 2 });
  });

  it('puts every line in exactly one batch, whatever users change and however often', () => {
    const one = fc.record({
      ts: fc.integer({ min: 0, max: 2_000 }),
      key: fc.constantFrom('a', 'b', 'c'),
      bytes: fc.constantFrom(10, 400, 5_000),
      subject: fc.option(fc.constantFrom('ann', 'bob', 'cat'), { nil: undefined }),
      cause: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 200 }), fc.constantFrom('USER', 'GROUPING_KEY'), (arrivals, ordering) => {
        const given = arrivals.map(({ subject, cause, ...rest }) => ({
          ...rest,
          ...(subject === undefined ? {} : { subject }),
          ...(cause === undefined ? {} : { cause }),
        }));
        const report = simulate(given, { policy: POLICY, ordering });
        const large = given.filter(({ bytes }) => bytes === 5_000).length;
        expect([report.lines, report.refused]).toEqual([given.length - large, large]);
        const sealed = Object.values(report.by_reason).reduce((sum, count) => sum + count, 0);
        expect(sealed).toBe(report.batches);
        expect(report.fill).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('takes arrivals in the order of their times, whatever order they are in', () => {
    const arrivals = every(30, 12, (index) => `key ${index % 2}`);
    expect(simulate([...arrivals].reverse(), { policy: POLICY })).toEqual(simulate(arrivals, { policy: POLICY }));
  });

  it('adds up what batches and lines cost', () => {
    expect(simulate(every(1, 8), { policy: POLICY }).cost).toBe(2);
    expect(simulate(every(1, 8), { policy: POLICY, costPerBatch: 10, costPerLine: 0.5 }).cost).toBe(24);
  });

  it('counts what fits in no batch, and goes on', () => {
    const report = simulate([arrival(0), arrival(1, 'k', { bytes: 5_000 }), arrival(2)], { policy: POLICY });
    expect(report).toMatchObject({ lines: 2, refused: 1, batches: 1 });
    expect(report.warnings).toEqual([expect.stringContaining('1 lines are too large')]);
  });

  it('warns of keys that are nearly unique, once there are enough lines to tell', () => {
    const unique = (count: number) => simulate(every(1, count, String), { policy: POLICY }).warnings;
    expect(unique(19)).toEqual([]);
    expect(unique(20)).toEqual([expect.stringContaining('nearly unique (20 keys for 20 lines)')]);
    const shared = simulate(
      every(1, 40, (index) => String(index % 20)),
      { policy: POLICY },
    );
    expect(shared.warnings).toEqual([]);
  });

  it('says nothing of nothing', () => {
    expect(simulate([], { policy: POLICY })).toEqual({
      ordering: 'USER',
      lines: 0,
      keys: 0,
      batches: 0,
      by_reason: {},
      fill: 0,
      lines_per_batch: 0,
      latency_ms: { p50: 0, p95: 0, p99: 0, max: 0 },
      cost: 0,
      refused: 0,
      warnings: [],
    });
  });
});
