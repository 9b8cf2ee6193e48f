/** Bodies of the two hot plugin routes, put together from JSON texts that are never parsed again. */

/** The feed as plugins know it. */
export interface FeedContext {
  readonly feedId: string;
  readonly sessionId: string;
  readonly datamartId: string;
  readonly segmentId: string;
  readonly destinationId?: string | undefined;
}

/** What follows an update's own text, but for its last brace, to make it the body of `POST /v1/user_segment_update`. */
export function updateSuffix({ feedId, sessionId, datamartId, segmentId, destinationId }: FeedContext): Buffer {
  const context = {
    feed_id: feedId,
    session_id: sessionId,
    datamart_id: datamartId,
    segment_id: segmentId,
    feed_destination_id: destinationId,
  };
  return Buffer.from(`,${members(context)}}`);
}

/**
 * The body of `POST /v1/user_segment_update`: the update, an object with at least one field, and the platform's part. Written as bytes at
 * once, since its length is known: putting texts together first would cost another copy of each.
 */
export function updateBody({ content, bytes }: { content: string; bytes: number }, suffix: Buffer): Buffer {
  const body = Buffer.allocUnsafe(bytes - 1 + suffix.length);
  // Without its last brace, which may not fit.
  body.write(content, 0, bytes);
  body.set(suffix, bytes - 1);
  return body;
}

/**
 * The body of `POST /v1/batch_update`. `ts` is when the batch was sealed, so that every attempt sends the same bytes.
 */
export function batchBody(lines: readonly string[], ts: number, groupingKey: string, feed: FeedContext): string {
  const context = members({
    endpoint: '/v1/batch_update',
    feed_id: feed.feedId,
    feed_session_id: feed.sessionId,
    segment_id: feed.segmentId,
    datamart_id: feed.datamartId,
    grouping_key: groupingKey,
    feed_destination_id: feed.destinationId,
  });
  return `{"batch_content":[${lines.join(',')}],"ts":${ts},"context":{${context}}}`;
}

/** Bytes between two lines of a batch body. */
export const SEPARATOR_BYTES = 1;
/** A time of 13 digits, as every `ts` is until the year 2286. */
const ANY_TS = 1_000_000_000_000;

/** Bytes of a batch body around its lines. */
export function envelopeBytes(groupingKey: string, feed: FeedContext): number {
  return Buffer.byteLength(batchBody([], ANY_TS, groupingKey, feed));
}

function members(values: Readonly<Record<string, string | undefined>>): string {
  return JSON.stringify(values).slice(1, -1);
}
