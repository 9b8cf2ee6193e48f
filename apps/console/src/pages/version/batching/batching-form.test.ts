import { batchingConfigurationSchema } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { batchingValues, isSameBatching, policyOf, readBatching } from './batching-form.ts';

const read = (change: Partial<ReturnType<typeof batchingValues>>) =>
  batchingConfigurationSchema.safeParse(readBatching('7')({ ...batchingValues(null), ...change }));

describe('the fields of a batching configuration', () => {
  it('begin with what the platform would take as defaults', () => {
    expect(read({}).data).toEqual({
      ...batchingConfigurationSchema.parse({
        plugin_version_id: '7',
        enable_batching: true,
        batch_flush_max_size: 1_000,
      }),
    });
  });

  it('give back what is saved', () => {
    const saved = {
      id: '3',
      plugin_version_id: '7',
      enable_batching: false,
      batch_flush_max_size: 5,
      batch_flush_max_bytes: 2_048,
      batch_flush_max_age_ms: 10,
      ordering: 'GROUPING_KEY' as const,
    };
    const { id: _, ...configuration } = saved;
    expect(batchingConfigurationSchema.parse(readBatching('7')(batchingValues(saved)))).toEqual(configuration);
  });

  it('are at fault when emptied, even where the platform has a default: what is seen is what is saved', () => {
    expect(read({ batch_flush_max_age_ms: '' }).success).toBe(false);
    expect(read({ batch_flush_max_bytes: ' ' }).success).toBe(false);
    expect(read({ batch_flush_max_size: '' }).success).toBe(false);
  });

  it('are the same when every one of them is', () => {
    const one = batchingConfigurationSchema.parse({
      plugin_version_id: '7',
      enable_batching: true,
      batch_flush_max_size: 10,
    });
    expect(isSameBatching(one, { ...one, plugin_version_id: '1.0.0' })).toBe(true);
    expect(isSameBatching(one, { ...one, enable_batching: false })).toBe(false);
    expect(isSameBatching(one, { ...one, batch_flush_max_age_ms: 1 })).toBe(false);
    expect(isSameBatching(one, { ...one, ordering: 'GROUPING_KEY' })).toBe(false);
  });

  it('are a policy without the version', () => {
    const { data } = read({ batch_flush_max_size: '20,000' });
    expect(data && policyOf(data)).toEqual({
      enable_batching: true,
      batch_flush_max_size: 20_000,
      batch_flush_max_bytes: 8_388_608,
      batch_flush_max_age_ms: 60_000,
      ordering: 'USER',
    });
  });
});
