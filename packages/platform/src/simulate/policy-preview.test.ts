import { policyPreviewSchema } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { policyPreview } from './policy-preview.ts';

const batching = (size: number, age = 60_000) => ({
  enable_batching: true,
  batch_flush_max_size: size,
  batch_flush_max_bytes: 1_000_000,
  batch_flush_max_age_ms: age,
  ordering: 'USER' as const,
});
/** A line every 100 ms, of one key. */
const arrivals = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ ts: 5_000 + index * 100, key: 'k', bytes: 10 }));

describe('policyPreview', () => {
  it('puts the same arrivals through both configurations, by the hour', async () => {
    const { before, after, ...preview } = await policyPreview(arrivals(101), batching(10), batching(50));
    expect(preview).toEqual({ arrivals: 101, from_ts: 5_000, to_ts: 15_000, warnings: [] });
    expect([before.batches, after.batches]).toEqual([11, 3]);
    // Eleven in ten seconds.
    expect(before.batches_per_hour).toBeCloseTo(3_960);
    expect(after.fill).toBeCloseTo(101 / 3 / 50);
    expect(before).not.toHaveProperty('cost');
  });

  it('takes no configuration, and one that is switched off, for a batch a line', async () => {
    const { before, after } = await policyPreview(arrivals(30), undefined, { ...batching(10), enable_batching: false });
    expect([before.batches, after.batches]).toEqual([30, 30]);
  });

  it('tells what both configurations make under either order', async () => {
    // One user who changes sides every 100 ms, and others who do not.
    const moves = Array.from({ length: 60 }, (_, index) => ({
      ts: index * 100,
      key: index % 2 === 0 ? 'in' : 'out',
      bytes: 10,
      subject: index % 3 === 0 ? 'ann' : `user ${index}`,
    }));
    const { before, after } = policyPreviewSchema.parse(
      await policyPreview(moves, batching(10, 2_000), { ...batching(10, 2_000), ordering: 'GROUPING_KEY' }),
    );
    expect([before.ordering, after.ordering]).toEqual(['USER', 'GROUPING_KEY']);
    expect(before.by_ordering).toEqual(after.by_ordering);
    const { USER: user, GROUPING_KEY: free } = before.by_ordering;
    expect(before).toMatchObject(user);
    expect(after).toMatchObject(free);
    expect(user.batches).toBeGreaterThan(free.batches);
    expect(free.fill).toBeGreaterThan(user.fill);
  });

  it('says nothing of an hour from less than a second', async () => {
    const { after } = await policyPreview(arrivals(5), undefined, batching(2));
    expect(after.batches_per_hour).toBeNull();
  });

  it('says that there is nothing to try it on', async () => {
    const preview = await policyPreview([], undefined, batching(2));
    expect(preview).toMatchObject({ arrivals: 0, from_ts: null, to_ts: null, after: { batches: 0 } });
    expect(preview.warnings).toEqual([expect.stringContaining('nothing to try')]);
  });
});
