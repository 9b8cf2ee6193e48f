import * as schemas from '@batchfeed/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as answers from './answer-checks.ts';
import type { Check } from './check.ts';
import * as requests from './request-checks.ts';

interface Schema {
  safeParse(value: unknown): { success: boolean };
}

/** The checks written by hand for speed accept exactly what the schemas accept. */

const requestPairs: Record<string, [Check, Schema]> = {
  feed: [requests.checkFeed, schemas.acceptedFeedRequestSchema],
  destination: [requests.checkDestination, schemas.acceptedDestinationRequestSchema],
  userSegmentUpdate: [requests.checkUserSegmentUpdate, schemas.acceptedUserSegmentUpdateRequestSchema],
  batchUpdate: [requests.checkBatchUpdate, schemas.acceptedBatchUpdateRequestSchema],
  troubleshoot: [requests.checkTroubleshoot, schemas.acceptedTroubleshootRequestSchema],
  testAuthentication: [requests.checkTestAuthentication, schemas.testAuthenticationRequestSchema],
};

// The status is the route table's to check, so it is always a good one here.
const answerPairs: Record<string, [Check, Schema, status: string]> = {
  creation: [answers.checkCreation, schemas.externalSegmentCreationResponseSchema, 'ok'],
  connection: [answers.checkMessage, schemas.externalSegmentConnectionResponseSchema, 'ok'],
  batchedUpdate: [
    (answer) => answers.checkUpdateAnswer(answer, 'BATCH_DELIVERY'),
    schemas.batchedUserSegmentUpdateResponseSchema,
    'ok',
  ],
  fileUpdate: [
    (answer) => answers.checkUpdateAnswer(answer, 'FILE_DELIVERY'),
    schemas.userSegmentUpdateResponseSchema,
    'ok',
  ],
  // Whether the counts add up is beyond the schema: RETRY with room for any count leaves only their shape.
  batch: [
    (answer) => answers.checkBatchAnswer(answer, Number.MAX_SAFE_INTEGER),
    schemas.batchUpdateResponseSchema,
    'RETRY',
  ],
  troubleshoot: [answers.checkMessage, schemas.troubleshootResponseSchema, 'ok'],
  authentication: [answers.checkAuthentication, schemas.authenticationResponseSchema, 'ok'],
  authenticationStatus: [
    answers.checkAuthenticationStatus,
    schemas.authenticationStatusQueryResponseSchema,
    'authenticated',
  ],
  dynamicValues: [answers.checkDynamicValues, schemas.dynamicPropertyValuesQueryResponseSchema, 'ok'],
};

/** Values that are often nearly right: what counts is where the two would disagree. */
const leaf = fc.constantFrom<unknown>(
  ...['', 'x', 'UPSERT', 'DELETE', 'PUBLIC', 'BATCH_DELIVERY', 'FILE_DELIVERY', 'SUCCESS', 'USER_POINT'],
  ...[0, 1, -1, 1.5, true, null, undefined, [], {}, ['x'], [{}]],
);
const names = [
  ...['feed_id', 'feed_destination_id', 'user_identifiers', 'user_profiles', 'operation', 'batch_content', 'context'],
  ...['action', 'type', 'message', 'visibility', 'data', 'stats', 'next_msg_delay_in_ms', 'content', 'grouping_key'],
  ...['destination_token', 'identifier', 'sync_result', 'tags', 'key', 'value', 'sent_items_in_success', 'label'],
  ...['sent_items_in_error', 'refresh_token', 'login_url', 'property_technical_name', 'enum', 'unknown_field'],
];
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, tie('object'), fc.array(tie('object'), { maxLength: 3 })),
  object: fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 8 }),
}));
const object = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 10 }) as fc.Arbitrary<
  Record<string, unknown>
>;

/** Starts from something valid and breaks a few fields, which random objects alone rarely come close to. */
const mutated = (good: Record<string, unknown>): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .tuple(fc.constantFrom(...Object.keys(good)), value, fc.boolean())
    .map(([name, broken, breaks]) => ({ ...good, ...(breaks && { [name]: broken }) }));

const goodRequest = {
  feed_id: '1',
  feed_destination_id: '7',
  user_identifiers: [{ type: 'USER_POINT', user_point_id: 'a' }, { type: 'NEW_KIND' }],
  user_profiles: [{ $compartment_id: '1' }],
  operation: 'UPSERT',
  batch_content: ['anything', { at: 'all' }, null],
  context: { feed_id: '1', grouping_key: '' },
  action: 'FETCH_DESTINATION_AUDIENCE',
};
const stat = { identifier: 'a', sync_result: 'SUCCESS', tags: [{ key: 'k', value: 'v' }] };
const goodAnswers: Record<string, Record<string, unknown>> = {
  creation: { message: 'm', visibility: 'PRIVATE' },
  connection: { message: 'm' },
  batchedUpdate: {
    data: [{ type: 'BATCH_DELIVERY', content: null, grouping_key: '' }],
    stats: [stat],
    message: 'm',
    next_msg_delay_in_ms: 5,
  },
  fileUpdate: {
    data: [{ type: 'FILE_DELIVERY', content: 'c', grouping_key: '', destination_token: 't' }],
    stats: [stat],
  },
  batch: { sent_items_in_success: 1, sent_items_in_error: 0, message: 'm', next_msg_delay_in_ms: 5 },
  troubleshoot: { message: 'm', data: 1 },
  authentication: { message: 'm', refresh_token: 'r' },
  authenticationStatus: { message: 'm', data: { login_url: 'u', more: 1 } },
  dynamicValues: { message: 'm', data: [{ property_technical_name: 'p', enum: [{ label: 'l', value: 'v' }] }] },
};

const agree = (check: Check, schema: Schema, candidate: Record<string, unknown>) => {
  const problem = check(candidate);
  const parsed = schema.safeParse(candidate);
  expect({ accepted: problem === undefined, candidate, problem }).toEqual({
    accepted: parsed.success,
    candidate,
    problem,
  });
};

describe('checks of requests', () => {
  it.each(Object.entries(requestPairs))('%s accepts what its schema accepts', (_name, [check, schema]) => {
    expect(check(goodRequest)).toBeUndefined();
    fc.assert(
      fc.property(fc.oneof(object, mutated(goodRequest)), (candidate) => {
        agree(check, schema, candidate);
      }),
      { numRuns: 2_000 },
    );
  });

  it('what the platform sends in full is accepted', () => {
    const full = schemas.userSegmentUpdateRequestSchema.safeParse({
      ...goodRequest,
      session_id: '1',
      datamart_id: '1',
      segment_id: '1',
      ts: 1,
      user_identifiers: [{ type: 'USER_POINT', user_point_id: 'a', creation_ts: 1 }],
      user_profiles: [],
    });
    expect(full.error).toBeUndefined();
  });
});

describe('checks of answers', () => {
  it.each(Object.entries(answerPairs))('%s accepts what its schema accepts', (name, [check, schema, status]) => {
    const good = { status, ...goodAnswers[name] };
    expect(check(good)).toBeUndefined();
    fc.assert(
      fc.property(fc.oneof(object, mutated(goodAnswers[name]!)), (candidate) => {
        agree(check, schema, { sent_items_in_success: 0, ...candidate, status });
      }),
      { numRuns: 2_000 },
    );
  });
});
