import { createHash } from 'node:crypto';
import type { UploadedIdentifier } from '@batchfeed/schemas';

/** Longest key that is kept as it is; keys are stored with every line. */
const MAX_KEY_LENGTH = 128;

/** How each type of identifier names a user. Undefined where it does not. */
const NAMES: {
  [Type in UploadedIdentifier['type']]: (identifier: Extract<UploadedIdentifier, { type: Type }>) => string | undefined;
} = {
  USER_POINT: ({ user_point_id }) => `point:${user_point_id}`,
  USER_EMAIL: ({ hash }) => `email:${hash.trim().toLowerCase()}`,
  USER_ACCOUNT: ({ user_account_id, compartment_id }) => `account:${compartment_id ?? ''}:${user_account_id}`,
  USER_AGENT: ({ vector_id }) => `agent:${vector_id}`,
  USER_DEVICE_POINT: ({ id }) => (id ? `device:${id}` : undefined),
};

/**
 * Whom an update is about, for keeping the order of a user's updates: the user point's id where there is one, else the
 * first identifier. Two users sharing a key would only wait for one another; a user under two keys could be reordered.
 */
export function userKey(identifiers: readonly UploadedIdentifier[]): string {
  const identifier = identifiers.find(({ type }) => type === 'USER_POINT') ?? (identifiers[0] as UploadedIdentifier);
  const name = NAMES[identifier.type] as (identifier: UploadedIdentifier) => string | undefined;
  const key = name(identifier) ?? JSON.stringify(identifier);
  if (key.length <= MAX_KEY_LENGTH && key.isWellFormed()) return key;
  return `hash:${createHash('sha256').update(JSON.stringify(key)).digest('base64url')}`;
}
