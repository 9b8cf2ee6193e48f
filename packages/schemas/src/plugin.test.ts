import { describe, expect, it } from 'vitest';
import {
  acceptedBatchUpdateRequestSchema,
  acceptedUserSegmentUpdateRequestSchema,
  batchedUserSegmentUpdateResponseSchema,
  batchUpdateRequestSchema,
  batchUpdateResponseSchema,
  logLevelRequestSchema,
  userIdentifierSchema,
  userSegmentUpdateRequestSchema,
  userSegmentUpdateResponseSchema,
} from './index.ts';

const update = {
  feed_id: '1',
  session_id: '2',
  datamart_id: '3',
  segment_id: '4',
  ts: 1_700_000_000_000,
  operation: 'UPSERT',
  user_identifiers: [
    { type: 'USER_POINT', user_point_id: 'a', creation_ts: 1 },
    { type: 'USER_EMAIL', hash: 'h', creation_ts: 1, last_activity_ts: 1, providers: [] },
    { type: 'USER_ACCOUNT', user_account_id: 'b', compartment_id: '9', creation_ts: 1 },
    {
      type: 'USER_AGENT',
      vector_id: 'vec:1',
      creation_ts: 1,
      last_activity_ts: 1,
      providers: [{ technical_name: 'p' }],
      mappings: [{ user_agent_id: 'u', realm_name: 'r', last_activity_ts: 1 }],
    },
    { type: 'USER_DEVICE_POINT', creation_ts: 1, last_activity_ts: 1, technical_identifiers: [] },
  ],
  user_profiles: [{ $compartment_id: '9', $creation_ts: 1, $last_modified_ts: 1, firstname: 'Ann' }],
};

const paths = (result: { error?: { issues: { path: PropertyKey[] }[] } | undefined }) =>
  result.error?.issues.map(({ path }) => path.join('.')) ?? [];

describe('an update', () => {
  it('is read with every kind of identifier, and unknown fields pass through', () => {
    const sent = { ...update, new_field: 1, user_identifiers: [{ ...update.user_identifiers[0], more: { a: 1 } }] };
    expect(userSegmentUpdateRequestSchema.parse(sent)).toEqual(sent);
    expect(userSegmentUpdateRequestSchema.parse(update)).toEqual(update);
  });

  it.each([
    ['feed_id', { feed_id: 1 }],
    ['operation', { operation: 'upsert' }],
    ['user_identifiers', { user_identifiers: {} }],
    ['user_identifiers.0.user_point_id', { user_identifiers: [{ type: 'USER_POINT', creation_ts: 1 }] }],
    ['ts', { ts: '1' }],
  ])('with a wrong %s is refused there', (path, change) => {
    expect(paths(userSegmentUpdateRequestSchema.safeParse({ ...update, ...change }))).toEqual([path]);
  });

  it('may leave out what a plugin does not insist on, but not the feed and the identifiers', () => {
    const least = { feed_id: '1', user_identifiers: [{ type: 'NEW_KIND' }] };
    expect(acceptedUserSegmentUpdateRequestSchema.parse(least)).toEqual(least);
    expect(paths(acceptedUserSegmentUpdateRequestSchema.safeParse({}))).toEqual(['feed_id', 'user_identifiers']);
  });

  it('names each kind of identifier by its own field', () => {
    const kinds = update.user_identifiers.map((identifier) => userIdentifierSchema.parse(identifier).type);
    expect(kinds).toEqual(['USER_POINT', 'USER_EMAIL', 'USER_ACCOUNT', 'USER_AGENT', 'USER_DEVICE_POINT']);
    expect(userIdentifierSchema.safeParse({ type: 'OTHER' }).success).toBe(false);
  });
});

describe('the answer to an update', () => {
  const batched = { type: 'BATCH_DELIVERY', content: { any: 1 }, grouping_key: '' };
  const filed = { type: 'FILE_DELIVERY', content: 'line', grouping_key: 'g', destination_token: 'd' };

  it('delivers in batches or to files, never what the other does', () => {
    expect(batchedUserSegmentUpdateResponseSchema.safeParse({ status: 'ok', data: [batched] }).success).toBe(true);
    expect(userSegmentUpdateResponseSchema.safeParse({ status: 'ok', data: [filed] }).success).toBe(true);
    expect(batchedUserSegmentUpdateResponseSchema.safeParse({ status: 'ok', data: [filed] }).success).toBe(false);
    expect(userSegmentUpdateResponseSchema.safeParse({ status: 'ok', data: [batched] }).success).toBe(false);
  });

  it('takes any line but none at all', () => {
    const parse = (content: unknown) =>
      batchedUserSegmentUpdateResponseSchema.safeParse({ status: 'ok', data: [{ ...batched, content }] }).success;
    expect([null, 0, '', [], {}].map(parse)).toEqual([true, true, true, true, true]);
    expect(parse(undefined)).toBe(false);
  });
});

describe('a batch', () => {
  const context = { endpoint: '/v1/user_segment_update', feed_id: '1', feed_session_id: '2', segment_id: '3' };

  it('holds lines of any kind', () => {
    const batch = {
      batch_content: ['{"a":1}', null, 7],
      ts: 1,
      context: { ...context, datamart_id: '4', grouping_key: '' },
    };
    expect(batchUpdateRequestSchema.parse(batch)).toEqual(batch);
    expect(paths(batchUpdateRequestSchema.safeParse({ ...batch, context }))).toEqual([
      'context.datamart_id',
      'context.grouping_key',
    ]);
    expect(acceptedBatchUpdateRequestSchema.safeParse({ batch_content: [], context: { feed_id: '1' } }).success).toBe(
      true,
    );
  });

  it.each([{ sent_items_in_success: -1 }, { sent_items_in_error: 0.5 }, { status: 'ok' }])(
    'is not answered with %j',
    (change) => {
      const good = { status: 'OK', sent_items_in_success: 1, sent_items_in_error: 0 };
      expect(batchUpdateResponseSchema.safeParse(good).success).toBe(true);
      expect(batchUpdateResponseSchema.safeParse({ ...good, ...change }).success).toBe(false);
    },
  );
});

it('a log level is known in any case', () => {
  expect(logLevelRequestSchema.safeParse({ level: 'Debug' }).success).toBe(true);
  expect(logLevelRequestSchema.safeParse({ level: 'banana' }).success).toBe(false);
});
