import {
  batchingConfigurationSchema,
  checkPluginSchema,
  createPluginSchema,
  createVersionSchema,
  throttlingSchema,
} from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { faultsByField } from './use-form.ts';

function faults(schema: z.ZodType, input: unknown): Record<string, string> {
  const { error } = schema.safeParse(input);
  return error === undefined ? {} : faultsByField(error, input);
}

const batching = { plugin_version_id: '1', enable_batching: true, batch_flush_max_size: 10 };

describe('what is wrong with a field, in words', () => {
  it('says which numbers would do', () => {
    expect(faults(batchingConfigurationSchema, { ...batching, batch_flush_max_size: 0 })).toEqual({
      batch_flush_max_size: 'Must be 1 or more.',
    });
    expect(faults(batchingConfigurationSchema, { ...batching, batch_flush_max_bytes: 12_000_001 })).toEqual({
      batch_flush_max_bytes: 'Must be 12,000,000 or less.',
    });
    expect(faults(batchingConfigurationSchema, { ...batching, batch_flush_max_age_ms: 1.5 })).toEqual({
      batch_flush_max_age_ms: 'Must be a whole number.',
    });
    expect(faults(batchingConfigurationSchema, { ...batching, batch_flush_max_size: 'many' })).toEqual({
      batch_flush_max_size: 'Must be a number.',
    });
    expect(faults(batchingConfigurationSchema, { ...batching, batch_flush_max_size: undefined })).toEqual({
      batch_flush_max_size: 'Must not be empty.',
    });
  });

  it('says what texts must look like', () => {
    const plugin = { plugin_type: 'NONE', organisation_id: 'x', group_id: undefined, artifact_id: 'a'.repeat(256) };
    expect(faults(createPluginSchema, plugin)).toEqual({
      plugin_type: 'Choose one.',
      organisation_id: 'Must be an id, a string of digits.',
      group_id: 'Must not be empty.',
      artifact_id: 'Must be 255 characters or fewer.',
    });
    expect(faults(createVersionSchema, { version_id: '1.0' })).toEqual({
      version_id: 'Must look like 1.0.0 or 1.2.0-rc1.',
    });
    expect(faults(checkPluginSchema, { base_url: 'ftp://host' })).toEqual({
      base_url: 'Must be an address such as http://127.0.0.1:8080.',
    });
  });

  it('puts what concerns the whole under no name', () => {
    const { '': whole } = faults(throttlingSchema, { scope: 'GLOBAL', plugin_endpoint: '/v1/batch_update' });
    expect(whole).toBe('Must set at least one of max_qps, max_concurrency and timeout_ms.');
  });
});
