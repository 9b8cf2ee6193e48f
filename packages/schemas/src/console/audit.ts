import { z } from 'zod';
import { idSchema } from '../id.ts';
import { apiTokenRoleSchema } from '../operator-access.ts';
import { pageQuerySchema } from '../wrappers.ts';
import { countSchema, timeSchema } from './values.ts';

/** What is written down with who did it. */
export const auditActions = [
  'sign_in',
  'sign_out',
  'token_issue',
  'token_revoke',
  'plugin_create',
  'version_create',
  'version_update',
  'worker_credentials_issue',
  'worker_credentials_rotate',
  'worker_credentials_revoke',
  'batching_create',
  'batching_update',
  'batching_delete',
  'throttling_create',
  'throttling_update',
  'throttling_delete',
  'feed_create',
  'feed_update',
  'feed_property',
  'feed_activate',
  'feed_pause',
  'feed_resume',
  'feed_drain',
  'feed_delete',
  'destination_credentials',
  'replay',
  'reveal',
  'export',
  'backup',
] as const;
export const auditActionSchema = z.enum(auditActions);
export type AuditAction = z.infer<typeof auditActionSchema>;

/** Query of `GET /v1/audit`. */
export const auditQuerySchema = pageQuerySchema.extend({
  feed_id: idSchema.optional(),
  action: auditActionSchema.optional(),
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;

/** One entry of `GET /v1/audit`, a list, newest first. The latest 100,000 are kept. */
export const auditEntrySchema = z.object({
  id: idSchema,
  ts: timeSchema,
  /** Of the API token, as it was then. */
  token_name: z.string(),
  role: apiTokenRoleSchema,
  action: auditActionSchema,
  feed_id: idSchema.nullable(),
  /** What it was done to: the id of a batch, dead letter, plugin version, token …; null when that is the feed itself. */
  target: z.string().nullable(),
  /** How many, where that can differ: dead letters replayed, lines revealed. */
  count: countSchema.nullable(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
