import { z } from 'zod';
import { openObject } from './open-object.ts';

/**
 * Who an update is about: the identifiers and profiles of a user point, as the platform hands them to a plugin.
 * Timestamps are milliseconds since the epoch. Fields not named here pass through.
 */

const timestampSchema = z.number();

/** The user point itself. */
export const userPointIdentifierSchema = openObject({
  type: z.literal('USER_POINT'),
  user_point_id: z.string(),
  creation_ts: timestampSchema,
});
export type UserPointIdentifierInfo = z.infer<typeof userPointIdentifierSchema>;

/** An email: always its hash, in clear only where the datamart stores it so. */
export const userEmailIdentifierSchema = openObject({
  type: z.literal('USER_EMAIL'),
  hash: z.string(),
  email: z.string().optional(),
  operator: z.string().optional(),
  creation_ts: timestampSchema,
  last_activity_ts: timestampSchema,
  providers: z.array(z.unknown()),
});
export type UserEmailIdentifierInfo = z.infer<typeof userEmailIdentifierSchema>;

/** An account in one of the datamart's compartments. */
export const userAccountIdentifierSchema = openObject({
  type: z.literal('USER_ACCOUNT'),
  user_account_id: z.string(),
  creation_ts: timestampSchema,
  compartment_id: z.string().optional(),
});
export type UserAccountIdentifierInfo = z.infer<typeof userAccountIdentifierSchema>;

const agentProviderSchema = openObject({
  technical_name: z.string(),
  creation_ts: timestampSchema.optional(),
  last_activity_ts: timestampSchema.optional(),
  expiration_ts: timestampSchema.optional(),
});
export type UserAgentIdentifierProviderResource = z.infer<typeof agentProviderSchema>;

const agentMappingSchema = openObject({
  user_agent_id: z.string(),
  realm_name: z.string(),
  last_activity_ts: timestampSchema,
});
export type UserAgentIdMappingResource = z.infer<typeof agentMappingSchema>;

/** A browser or device seen by the platform, with its ids in other realms. */
export const userAgentIdentifierSchema = openObject({
  type: z.literal('USER_AGENT'),
  vector_id: z.string(),
  device: z.unknown().optional(),
  creation_ts: timestampSchema,
  last_activity_ts: timestampSchema,
  providers: z.array(agentProviderSchema),
  mappings: z.array(agentMappingSchema),
});
export type UserAgentIdentifierInfo = z.infer<typeof userAgentIdentifierSchema>;

/** Kinds of technical ids a device is known by. */
export const userDeviceTechnicalIdentifierTypes = [
  'MUM_ID',
  'MOBILE_ADVERTISING_ID',
  'MOBILE_VENDOR_ID',
  'INSTALLATION_ID',
  'CUSTOM_DEVICE_ID',
  'NETWORK_DEVICE_ID',
  'TV_ADVERTISING_ID',
  'IP_V4_ADDRESS_ID',
  'IP_V6_ADDRESS_ID',
] as const;

const deviceTechnicalIdentifierSchema = openObject({
  type: z.enum(userDeviceTechnicalIdentifierTypes),
  user_agent_id: z.string(),
  registry_id: z.string(),
  creation_ts: timestampSchema,
  last_activity_ts: timestampSchema,
  expiration_ts: timestampSchema.optional(),
});
export type UserDevicePointIdentifierTechnicalIdentifierResource = z.infer<typeof deviceTechnicalIdentifierSchema>;

/** A device with all its technical ids. */
export const userDevicePointIdentifierSchema = openObject({
  type: z.literal('USER_DEVICE_POINT'),
  id: z.string().optional(),
  device: z.unknown().optional(),
  creation_ts: timestampSchema,
  last_activity_ts: timestampSchema,
  technical_identifiers: z.array(deviceTechnicalIdentifierSchema),
});
export type UserDevicePointIdentifierInfo = z.infer<typeof userDevicePointIdentifierSchema>;

export const userIdentifierSchema = z.discriminatedUnion('type', [
  userDevicePointIdentifierSchema,
  userPointIdentifierSchema,
  userEmailIdentifierSchema,
  userAccountIdentifierSchema,
  userAgentIdentifierSchema,
]);
export type UserIdentifierInfo = z.infer<typeof userIdentifierSchema>;

/** What the datamart knows of the person in one compartment: fixed fields start with `$`, the others are its own. */
export const userProfileSchema = z.looseObject({
  $compartment_id: z.string(),
  $creation_ts: timestampSchema,
  $last_modified_ts: timestampSchema,
  $user_account_id: z.string().optional(),
  $expiration_ts: timestampSchema.optional(),
});
export type UserProfileInfo = z.infer<typeof userProfileSchema>;
