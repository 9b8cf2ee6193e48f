import { z } from 'zod';
import { feedDestinationCredentialsSchema, userAgentIdentifierRealmSelectionSchema } from './gateway.ts';
import { idSchema } from './id.ts';

/** What an operator sends and reads about access: API tokens, feed destinations, files and realms. */

const nameSchema = z.string().min(1).max(255);

/** `read` looks, `operate` also runs feeds, `admin` also sets up plugins and hands out access. */
export const apiTokenRoles = ['read', 'operate', 'admin'] as const;
export const apiTokenRoleSchema = z.enum(apiTokenRoles);
export type ApiTokenRole = z.infer<typeof apiTokenRoleSchema>;

/** Body of `POST /v1/api_tokens`. */
export const createApiTokenSchema = z.strictObject({ name: nameSchema, role: apiTokenRoleSchema });
export type CreateApiToken = z.infer<typeof createApiTokenSchema>;

export const apiTokenResourceSchema = createApiTokenSchema.extend({ id: idSchema, created_ts: z.int() });
export type ApiTokenResource = z.infer<typeof apiTokenResourceSchema>;

/** The answer of `POST /v1/api_tokens`: the only time the token is shown. */
export const issuedApiTokenSchema = apiTokenResourceSchema.extend({ token: z.string() });
export type IssuedApiToken = z.infer<typeof issuedApiTokenSchema>;

/** Body of `POST /v1/feed_destinations`. */
export const createFeedDestinationSchema = z.strictObject({ name: nameSchema, organisation_id: idSchema });
export type CreateFeedDestination = z.infer<typeof createFeedDestinationSchema>;

export const feedDestinationResourceSchema = createFeedDestinationSchema.extend({
  id: idSchema,
  has_credentials: z.boolean(),
  created_ts: z.int(),
});
export type FeedDestinationResource = z.infer<typeof feedDestinationResourceSchema>;

/** Body of `PUT /v1/feed_destinations/:id/credentials`. Operators never read them back; plugins do, at the gateway. */
export const putCredentialsSchema = z.strictObject(feedDestinationCredentialsSchema.shape);

/** A file kept for plugins: a configuration file by its technical name, a data file by its URI. */
export const fileResourceSchema = z.object({ technical_name: z.string(), bytes: z.int(), updated_ts: z.int() });
export type FileResource = z.infer<typeof fileResourceSchema>;

/** Body of `PUT /v1/datamarts/:id/user_agent_identifier_realm_selections`. */
export const putRealmSelectionsSchema = z.array(userAgentIdentifierRealmSelectionSchema).max(1_000);
