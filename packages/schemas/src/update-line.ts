import { z } from 'zod';

/**
 * One line of an upload to `…/user_segment_updates`: the request a plugin gets at `/v1/user_segment_update` without
 * the fields the platform fills in. Fields not named here pass through to the plugin untouched.
 */

/** Fields of the plugin request that the platform fills in, and that a line therefore must not bring. */
export const platformFilledFields = ['feed_id', 'session_id', 'datamart_id', 'segment_id'] as const;

const keySchema = z.string().min(1);
const timestampSchema = z.int().nonnegative();

/** Who an update is about: the identifiers a user point is known by. */
export const uploadedIdentifierSchema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('USER_POINT'),
    user_point_id: keySchema,
    creation_ts: timestampSchema.nullish(),
  }),
  z.looseObject({
    type: z.literal('USER_EMAIL'),
    hash: keySchema,
    email: z.string().nullish(),
    operator: z.string().nullish(),
    creation_ts: timestampSchema.nullish(),
  }),
  z.looseObject({
    type: z.literal('USER_ACCOUNT'),
    user_account_id: keySchema,
    compartment_id: z.string().nullish(),
    creation_ts: timestampSchema.nullish(),
  }),
  z.looseObject({
    type: z.literal('USER_AGENT'),
    vector_id: keySchema,
    creation_ts: timestampSchema.nullish(),
  }),
  z.looseObject({
    type: z.literal('USER_DEVICE_POINT'),
    id: keySchema.nullish(),
    technical_identifiers: z.array(z.looseObject({})).nullish(),
    creation_ts: timestampSchema.nullish(),
  }),
]);
export type UploadedIdentifier = z.infer<typeof uploadedIdentifierSchema>;

export const updateLineSchema = z.looseObject({
  user_identifiers: z.array(uploadedIdentifierSchema).min(1),
  user_profiles: z.array(z.looseObject({})).optional(),
  operation: z.enum(['UPSERT', 'DELETE']),
  /** When the user point entered or left the segment, milliseconds since the epoch; the time of upload by default. */
  ts: timestampSchema.optional(),
  feed_id: z.never().optional(),
  session_id: z.never().optional(),
  datamart_id: z.never().optional(),
  segment_id: z.never().optional(),
});
export type UpdateLine = z.infer<typeof updateLineSchema>;
