import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  batchingConfigurationSchema,
  createFeedSchema,
  createPluginSchema,
  createVersionSchema,
  orderings,
  throttlingSchema,
  updateFeedSchema,
  updateVersionSchema,
} from './operator.ts';
import { updateLineSchema } from './update-line.ts';
import { listWrapperSchema, pageQuerySchema } from './wrappers.ts';

const accepts = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

describe('batching configurations', () => {
  const body = { plugin_version_id: '7', enable_batching: true, batch_flush_max_size: 200 };

  it('fills in bytes, age and order', () => {
    expect(batchingConfigurationSchema.parse(body)).toEqual({
      ...body,
      batch_flush_max_bytes: 8_388_608,
      batch_flush_max_age_ms: 60_000,
      ordering: 'USER',
    });
  });

  it.each(orderings)('takes %s for the order of the lines of a user', (ordering) => {
    expect(batchingConfigurationSchema.parse({ ...body, ordering }).ordering).toBe(ordering);
  });

  it.each(['KEY', 'user', null, ''])('refuses %j for an order, and names those there are', (ordering) => {
    const { error } = batchingConfigurationSchema.safeParse({ ...body, ordering });
    expect(error?.issues).toMatchObject([
      { path: ['ordering'], message: expect.stringMatching(/USER .*GROUPING_KEY/) },
    ]);
  });

  it.each([
    ['no lines', { ...body, batch_flush_max_size: 0 }],
    ['part of a line', { ...body, batch_flush_max_size: 1.5 }],
    ['a number in a string', { ...body, batch_flush_max_size: '200' }],
    ['more bytes than a plugin accepts', { ...body, batch_flush_max_bytes: 12_000_001 }],
    ['no age', { ...body, batch_flush_max_age_ms: 0 }],
    ['a misspelt field', { ...body, batch_flush_max_bites: 5 }],
    ['a missing field', { plugin_version_id: '7', batch_flush_max_size: 200 }],
    ['a word for a boolean', { ...body, enable_batching: 'true' }],
  ])('refuses %s', (_, value) => {
    expect(accepts(batchingConfigurationSchema, value)).toBe(false);
  });
});

describe('throttlings', () => {
  it('want at least one limit', () => {
    const body = { scope: 'GLOBAL', plugin_endpoint: '/v1/user_segment_update' };
    expect(accepts(throttlingSchema, body)).toBe(false);
    expect(accepts(throttlingSchema, { ...body, max_qps: 0.5 })).toBe(true);
    expect(accepts(throttlingSchema, { ...body, timeout_ms: 100 })).toBe(true);
    expect(accepts(throttlingSchema, { ...body, max_qps: 0 })).toBe(false);
  });

  it('take a key only where the scope has one', () => {
    const body = { plugin_endpoint: '/v1/batch_update', max_concurrency: 2, throttling_key: '12' };
    expect(accepts(throttlingSchema, { ...body, scope: 'DATAMART' })).toBe(true);
    expect(accepts(throttlingSchema, { ...body, scope: 'GLOBAL' })).toBe(false);
  });
});

describe('plugins, versions and feeds', () => {
  it('know the plugin types', () => {
    const body = { organisation_id: '1', group_id: 'com.example', artifact_id: 'feed' };
    expect(accepts(createPluginSchema, { ...body, plugin_type: 'AUDIENCE_SEGMENT_EXTERNAL_FEED' })).toBe(true);
    expect(accepts(createPluginSchema, { ...body, plugin_type: 'FEED' })).toBe(false);
    expect(accepts(createPluginSchema, { ...body, plugin_type: 'ML_FUNCTION', organisation_id: 1 })).toBe(false);
  });

  it.each(['1.0.0', '1.2.0-rc1', '10.20.30-beta.4'])('take %s for a version', (version_id) => {
    expect(accepts(createVersionSchema, { version_id })).toBe(true);
  });

  it.each(['1.0', 'v1.0.0', '1.0.0 ', '', '1.0.0-'])('refuse %j for a version', (version_id) => {
    expect(accepts(createVersionSchema, { version_id })).toBe(false);
  });

  it.each(['ftp://127.0.0.1/', 'file:///etc/passwd', '127.0.0.1:80', 'not a url'])(
    'refuse %s as base_url',
    (base_url) => {
      expect(accepts(updateVersionSchema, { base_url })).toBe(false);
    },
  );

  it('refuse a change that changes nothing', () => {
    expect(accepts(updateVersionSchema, {})).toBe(false);
  });

  it('take ids as strings of digits', () => {
    const body = { segment_id: '1', plugin_id: '2', plugin_version_id: '1.0.0' };
    expect(accepts(createFeedSchema, body)).toBe(true);
    expect(accepts(createFeedSchema, { ...body, segment_id: '../1' })).toBe(false);
  });

  it('take a limit of the backlog from 1 MiB to 1 TiB, and say why it can be no lower', () => {
    const body = { segment_id: '1', plugin_id: '2', plugin_version_id: '1.0.0' };
    const limit = (max_backlog_bytes: unknown) => createFeedSchema.safeParse({ ...body, max_backlog_bytes });
    expect([2 ** 20, 2 ** 32, 2 ** 40].map((bytes) => limit(bytes).success)).toEqual([true, true, true]);
    expect([2 ** 20 - 1, 2 ** 40 + 1, 2_000_000.5, '2000000', null].map((bytes) => limit(bytes).success)).toEqual(
      Array(5).fill(false),
    );
    expect(limit(1_000).error?.issues[0]?.message).toMatch(/1048576 bytes .* one line/);
  });

  it('give up a limit of their own with null', () => {
    expect(updateFeedSchema.parse({ max_backlog_bytes: null })).toEqual({ max_backlog_bytes: null });
    expect(accepts(updateFeedSchema, {})).toBe(false);
  });
});

describe('an update line', () => {
  const line = { user_identifiers: [{ type: 'USER_POINT', user_point_id: 'a' }], operation: 'UPSERT' };

  it('keeps fields it does not know', () => {
    const wide = { ...line, preset_id: '4', user_identifiers: [{ type: 'USER_EMAIL', hash: 'h', extra: [1] }] };
    expect(updateLineSchema.parse(wide)).toEqual(wide);
  });

  it.each([
    ['no identifier', { ...line, user_identifiers: [] }],
    ['an unknown identifier', { ...line, user_identifiers: [{ type: 'USER_SHOE', size: 43 }] }],
    ['an empty user point', { ...line, user_identifiers: [{ type: 'USER_POINT', user_point_id: '' }] }],
    ['an unknown operation', { ...line, operation: 'INSERT' }],
    ['a time that is no number', { ...line, ts: '2026-01-01' }],
    ['a field the platform fills in', { ...line, session_id: '1' }],
    ['a profile that is no object', { ...line, user_profiles: ['x'] }],
  ])('refuses %s', (_, value) => {
    expect(accepts(updateLineSchema, value)).toBe(false);
  });
});

describe('lists', () => {
  it('page by 50 from the first on', () => {
    expect(pageQuerySchema.parse({})).toEqual({ first_result: 0, max_results: 50 });
    expect(pageQuerySchema.parse({ first_result: '20', max_results: '10' })).toEqual({
      first_result: 20,
      max_results: 10,
    });
    expect(accepts(pageQuerySchema, { max_results: '1001' })).toBe(false);
    expect(accepts(pageQuerySchema, { first_result: '-1' })).toBe(false);
  });

  it('are wrapped with their counts', () => {
    const page = { status: 'ok', count: 1, first_result: 0, max_results: 50, total: 1, data: [{ id: '1' }] };
    expect(listWrapperSchema(z.object({ id: z.string() })).parse(page)).toEqual(page);
  });
});
