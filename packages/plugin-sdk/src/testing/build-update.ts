import { createHash } from 'node:crypto';
import type {
  AudienceFeedBatchContext,
  BatchUpdateRequest,
  UpdateType,
  UserAccountIdentifierInfo,
  UserEmailIdentifierInfo,
  UserPointIdentifierInfo,
  UserSegmentUpdateRequest,
} from '@batchfeed/schemas';

/** When everything in these builders happened, so that two runs of a test send the same bytes. */
const now = Date.UTC(2026, 0, 15, 12);

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A user point's own identifier. `name` makes the id; the same name gives the same id. */
export const userPoint = (name = 'somebody'): UserPointIdentifierInfo => {
  const id = hash(name);
  const user_point_id = [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20, 32)].join(
    '-',
  );
  return { type: 'USER_POINT', user_point_id, creation_ts: now };
};

/** An email identifier, in clear unless told otherwise. */
export const userEmail = (email: string, { inClear = true } = {}): UserEmailIdentifierInfo => ({
  type: 'USER_EMAIL',
  hash: hash(email.trim().toLowerCase()),
  ...(inClear && { email }),
  creation_ts: now,
  last_activity_ts: now,
  providers: [],
});

export const userAccount = (user_account_id: string, compartment_id = '1'): UserAccountIdentifierInfo => ({
  type: 'USER_ACCOUNT',
  user_account_id,
  compartment_id,
  creation_ts: now,
});

/** An update of feed `1` as the platform sends it: a user point with one email enters the segment, unless told otherwise. */
export const buildUpdate = (fields: Partial<UserSegmentUpdateRequest> = {}): UserSegmentUpdateRequest => ({
  feed_id: '1',
  session_id: '1',
  datamart_id: '1',
  segment_id: '1',
  user_identifiers: [userPoint(), userEmail('somebody@example.com')],
  user_profiles: [],
  ts: now,
  operation: 'UPSERT',
  ...fields,
});

/** A batch of feed `1` as the platform sends it. */
export const buildBatch = <T>(
  batch_content: T[],
  context: Partial<AudienceFeedBatchContext> = {},
): BatchUpdateRequest<AudienceFeedBatchContext, T> => ({
  batch_content,
  ts: now,
  context: {
    endpoint: '/v1/user_segment_update',
    feed_id: '1',
    feed_session_id: '1',
    segment_id: '1',
    datamart_id: '1',
    grouping_key: 'UPSERT' satisfies UpdateType,
    ...context,
  },
});
