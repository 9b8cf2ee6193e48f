import { z } from 'zod';
import { pluginPropertySchema } from './gateway.ts';
import { openObject } from './open-object.ts';
import { userIdentifierSchema, userProfileSchema } from './user-identifier.ts';

/**
 * What the platform asks of an audience-feed plugin and what the plugin may answer, one pair for each route.
 * Each request exists twice: in full, as the platform sends it, and as little of it as a plugin insists on
 * (`accepted…`): senders of older versions leave fields out, and a plugin that needs no `ts` must not refuse them.
 * Every answer but the redirect URL's carries a `status`, which decides the HTTP status it travels under.
 * One file, long as it is: the routes of one protocol, each a few lines.
 */

const idSchema = z.string();
/** An id a plugin cannot work without. */
const neededIdSchema = z.string().min(1);
/** An id that may be left out or null. */
const optionalIdSchema = z.string().min(1).nullish();
const messageSchema = z.string().optional();
/** Milliseconds the platform waits before its next call to this plugin for this feed. */
const delaySchema = z.custom<number>((delay) => typeof delay === 'number', 'must be a number').optional();

export const operationSchema = z.enum(['UPSERT', 'DELETE']);
export type UpdateType = z.infer<typeof operationSchema>;

export const visibilitySchema = z.enum(['PRIVATE', 'PUBLIC']);
export type Visibility = z.infer<typeof visibilitySchema>;

// --- external_segment_creation and external_segment_connection

export const externalSegmentRequestSchema = openObject({
  feed_id: idSchema,
  datamart_id: idSchema,
  segment_id: idSchema,
  feed_destination_id: idSchema.optional(),
});
export type ExternalSegmentCreationRequest = z.infer<typeof externalSegmentRequestSchema>;
export type ExternalSegmentConnectionRequest = z.infer<typeof externalSegmentRequestSchema>;

export const acceptedFeedRequestSchema = openObject({
  feed_id: neededIdSchema,
  feed_destination_id: optionalIdSchema,
});

export const updateStatusSchema = z.enum(['ok', 'error', 'retry', 'no_eligible_identifier']);
export type AudienceFeedConnectorStatus = z.infer<typeof updateStatusSchema>;

export const externalSegmentCreationResponseSchema = openObject({
  status: updateStatusSchema,
  message: messageSchema,
  /** Who may read the message; PUBLIC unless told otherwise. */
  visibility: visibilitySchema.optional(),
});
export type ExternalSegmentCreationPluginResponse = z.infer<typeof externalSegmentCreationResponseSchema>;

export const connectionStatusSchema = z.enum(['ok', 'error', 'external_segment_not_ready_yet']);
export type AudienceFeedConnectorConnectionStatus = z.infer<typeof connectionStatusSchema>;

export const externalSegmentConnectionResponseSchema = openObject({
  status: connectionStatusSchema,
  message: messageSchema,
});
export type ExternalSegmentConnectionPluginResponse = z.infer<typeof externalSegmentConnectionResponseSchema>;

// --- user_segment_update

export const userSegmentUpdateRequestSchema = openObject({
  feed_id: idSchema,
  session_id: idSchema,
  datamart_id: idSchema,
  segment_id: idSchema,
  feed_destination_id: idSchema.optional(),
  preset_id: idSchema.optional(),
  user_identifiers: z.array(userIdentifierSchema),
  /** Left out by platforms that know no profiles. */
  user_profiles: z.array(userProfileSchema).optional(),
  /** When the user point entered or left the segment, milliseconds since the epoch. */
  ts: z.number(),
  operation: operationSchema,
});
export type UserSegmentUpdateRequest = z.infer<typeof userSegmentUpdateRequestSchema>;

export const acceptedUserSegmentUpdateRequestSchema = openObject({
  feed_id: neededIdSchema,
  feed_destination_id: optionalIdSchema,
  user_identifiers: z.array(openObject({ type: z.string() })),
  user_profiles: z.array(openObject({})).nullish(),
  operation: operationSchema.nullish(),
});

/** A line for a batch. Each element's `content` becomes one element of a later `batch_content`. */
export const batchDeliverySchema = openObject({
  type: z.literal('BATCH_DELIVERY'),
  content: z.unknown().refine((content) => content !== undefined, 'must not be undefined'),
  /** Lines travel together only with lines of exactly this key; it is never parsed. */
  grouping_key: z.string(),
});
export interface UserSegmentUpdatePluginBatchDeliveryResponseData<T> {
  type: 'BATCH_DELIVERY';
  content: T;
  grouping_key: string;
}

/** A line of a file the platform writes; not for plugins that batch. */
export const fileDeliverySchema = openObject({
  type: z.literal('FILE_DELIVERY'),
  content: z.string(),
  grouping_key: z.string(),
  destination_token: z.string(),
});
export type UserSegmentUpdatePluginFileDeliveryResponseData = z.infer<typeof fileDeliverySchema>;

export const updateStatSchema = openObject({
  identifier: z.string(),
  sync_result: z.enum(['PROCESSED', 'SUCCESS', 'REJECTED']),
  tags: z.array(openObject({ key: z.string(), value: z.string() })).optional(),
});
export type UserSegmentUpdatePluginResponseStats = z.infer<typeof updateStatSchema>;
export type SyncResult = UserSegmentUpdatePluginResponseStats['sync_result'];

const updateResponseShape = {
  status: updateStatusSchema,
  stats: z.array(updateStatSchema).optional(),
  message: messageSchema,
  next_msg_delay_in_ms: delaySchema,
};

export const batchedUserSegmentUpdateResponseSchema = openObject({
  ...updateResponseShape,
  data: z.array(batchDeliverySchema).optional(),
});
export interface BatchedUserSegmentUpdatePluginResponse<T>
  extends Omit<z.infer<typeof batchedUserSegmentUpdateResponseSchema>, 'data'> {
  data?: UserSegmentUpdatePluginBatchDeliveryResponseData<T>[] | undefined;
}

export const userSegmentUpdateResponseSchema = openObject({
  ...updateResponseShape,
  data: z.array(fileDeliverySchema).optional(),
});
export type UserSegmentUpdatePluginResponse = z.infer<typeof userSegmentUpdateResponseSchema>;

// --- batch_update

export const audienceFeedBatchContextSchema = openObject({
  /** The route the lines came from. */
  endpoint: z.string(),
  feed_id: idSchema,
  feed_session_id: idSchema,
  segment_id: idSchema,
  datamart_id: idSchema,
  grouping_key: z.string(),
  feed_destination_id: idSchema.optional(),
});
export type AudienceFeedBatchContext = z.infer<typeof audienceFeedBatchContextSchema>;
export type BatchUpdateContext = Pick<AudienceFeedBatchContext, 'endpoint' | 'grouping_key'>;

export const batchUpdateRequestSchema = openObject({
  batch_content: z.array(z.unknown()),
  ts: z.number(),
  context: audienceFeedBatchContextSchema,
});
export interface BatchUpdateRequest<C extends BatchUpdateContext, T> {
  batch_content: T[];
  ts: number;
  context: C;
}

export const acceptedBatchUpdateRequestSchema = openObject({
  batch_content: z.array(z.unknown()),
  context: openObject({ feed_id: neededIdSchema, feed_destination_id: optionalIdSchema }),
});

export const batchStatusSchema = z.enum(['OK', 'ERROR', 'RETRY']);
export type BatchUpdatePluginResponseStatus = z.infer<typeof batchStatusSchema>;

export const batchUpdateResponseSchema = openObject({
  status: batchStatusSchema,
  message: messageSchema,
  next_msg_delay_in_ms: delaySchema,
  sent_items_in_success: z.int().nonnegative(),
  sent_items_in_error: z.int().nonnegative(),
});
export type BatchUpdatePluginResponse = z.infer<typeof batchUpdateResponseSchema>;

// --- troubleshoot

export const troubleshootActions = ['FETCH_DESTINATION_AUDIENCE'] as const;
export const troubleshootRequestSchema = openObject({
  feed_id: idSchema,
  datamart_id: idSchema,
  segment_id: idSchema,
  feed_destination_id: idSchema.optional(),
  action: z.enum(troubleshootActions),
});
export type ExternalSegmentTroubleshootRequest = z.infer<typeof troubleshootRequestSchema>;

/** An unknown action is answered `not_implemented`, so any text is accepted. */
export const acceptedTroubleshootRequestSchema = openObject({
  feed_id: neededIdSchema,
  feed_destination_id: optionalIdSchema,
  action: z.string(),
});

export const implementedStatusSchema = z.enum(['ok', 'error', 'not_implemented']);
export type AudienceFeedConnectorTroubleshootStatus = z.infer<typeof implementedStatusSchema>;

export const troubleshootResponseSchema = openObject({
  status: implementedStatusSchema,
  message: messageSchema,
  data: z.unknown().optional(),
});
export type ExternalSegmentTroubleshootResponse = z.infer<typeof troubleshootResponseSchema>;

// --- authentication, its status, its test, logout

export const authenticationRequestSchema = openObject({
  user_id: idSchema,
  plugin_version_id: idSchema,
  params: z.record(z.string(), z.string()).optional(),
  feed_destination_id: idSchema.optional(),
});
export type ExternalSegmentAuthenticationRequest = z.infer<typeof authenticationRequestSchema>;
export const acceptedDestinationRequestSchema = openObject({ feed_destination_id: optionalIdSchema });

export const authenticationResponseSchema = openObject({
  status: implementedStatusSchema,
  message: messageSchema,
  /** Required with `ok` where the request names a feed destination: it is stored there and not passed on. */
  refresh_token: z.string().optional(),
});
export type ExternalSegmentAuthenticationResponse = z.infer<typeof authenticationResponseSchema>;
export type AudienceFeedAuthenticationStatus = z.infer<typeof implementedStatusSchema>;

export const authenticationStatusQueryRequestSchema = openObject({
  segment_id: idSchema.optional(),
  datamart_id: idSchema,
  plugin_version_id: idSchema,
  user_id: idSchema,
  properties: z.array(pluginPropertySchema).optional(),
});
export type ExternalSegmentAuthenticationStatusQueryRequest = z.infer<typeof authenticationStatusQueryRequestSchema>;

export const authenticationStatusSchema = z.enum(['authenticated', 'not_authenticated', 'error', 'not_implemented']);
export type AudienceFeedConnectorAuthenticationStatus = z.infer<typeof authenticationStatusSchema>;

export const authenticationStatusQueryResponseSchema = openObject({
  status: authenticationStatusSchema,
  message: messageSchema,
  data: openObject({ login_url: z.string().optional() }).optional(),
});
/** `data` may carry more than `login_url`. */
export interface ExternalSegmentAuthenticationStatusQueryResponse {
  status: AudienceFeedConnectorAuthenticationStatus;
  message?: string | undefined;
  data?: { login_url?: string | undefined; [key: string]: unknown } | undefined;
}

export const testAuthenticationRequestSchema = openObject({ feed_destination_id: neededIdSchema });
export type TestAuthenticationRequest = z.infer<typeof testAuthenticationRequestSchema>;

export const testAuthenticationStatusSchema = z.enum(['ok', 'invalid_credentials', 'error', 'not_implemented']);
export type TestAuthenticationStatus = z.infer<typeof testAuthenticationStatusSchema>;

export const testAuthenticationResponseSchema = openObject({
  status: testAuthenticationStatusSchema,
  message: messageSchema,
});
export type TestAuthenticationPluginResponse = z.infer<typeof testAuthenticationResponseSchema>;

export const logoutRequestSchema = openObject({
  user_id: idSchema,
  plugin_version_id: idSchema,
  datamart_id: idSchema,
  feed_destination_id: idSchema.optional(),
});
export type ExternalSegmentLogoutRequest = z.infer<typeof logoutRequestSchema>;
export const logoutResponseSchema = openObject({ status: implementedStatusSchema, message: messageSchema });
export type ExternalSegmentLogoutResponse = z.infer<typeof logoutResponseSchema>;

export const createOAuthRedirectUrlRequestSchema = openObject({
  feed_destination_id: idSchema,
  plugin_version_id: idSchema,
});
export type CreateOAuthRedirectUrlRequest = z.infer<typeof createOAuthRedirectUrlRequestSchema>;
/** `login_url` carries the destination's id as its query parameter `feed_destination_id`. This answer has no status. */
export const createOAuthRedirectUrlResponseSchema = openObject({ login_url: z.string() });
export type CreateOAuthRedirectUrlPluginResponse = z.infer<typeof createOAuthRedirectUrlResponseSchema>;

// --- dynamic_property_values_queries

export const dynamicPropertyValuesQueryRequestSchema = openObject({
  segment_id: idSchema.optional(),
  datamart_id: idSchema,
  user_id: idSchema,
  feed_destination_id: idSchema.optional(),
  properties: z.array(pluginPropertySchema).optional(),
});
export type ExternalSegmentDynamicPropertyValuesQueryRequest = z.infer<typeof dynamicPropertyValuesQueryRequestSchema>;

export const dynamicPropertyStatusSchema = z.enum(['ok', 'empty', 'error', 'not_implemented']);
export type AudienceFeedConnectorDynamicPropertyValuesQueryStatus = z.infer<typeof dynamicPropertyStatusSchema>;

const dynamicPropertyValuesSchema = z.looseObject({
  property_technical_name: z.string(),
  enum: z.array(openObject({ label: z.string(), value: z.string() })),
});
export const dynamicPropertyValuesQueryResponseSchema = openObject({
  status: dynamicPropertyStatusSchema,
  message: messageSchema,
  data: z.array(dynamicPropertyValuesSchema).optional(),
});
export type ExternalSegmentDynamicPropertyValuesQueryResponse = z.infer<
  typeof dynamicPropertyValuesQueryResponseSchema
>;

// --- technical routes

export const logLevels = ['error', 'warn', 'info', 'http', 'verbose', 'debug', 'silly'] as const;
export type LogLevel = (typeof logLevels)[number];
/** Body of `PUT /v1/log_level`; the case does not matter. */
export const logLevelRequestSchema = openObject({
  level: z.string().refine((level) => logLevels.some((known) => known === level.toLowerCase()), {
    message: `must be one of ${logLevels.join(', ')}`,
  }),
});

/** What every route answers when it cannot be served. */
export const pluginErrorSchema = openObject({ status: z.literal('error'), message: z.string() });
