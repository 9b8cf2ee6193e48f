import { type Check, eachOf, isObject, optionalId, requireId } from './check.ts';

/**
 * What a plugin insists on in a request (the `accepted…` schemas): the feed, the lists it works on, and nothing else,
 * because older platforms leave fields out.
 */

export const checkNothing: Check = () => undefined;

export const checkDestination: Check = (body) => optionalId(body, 'feed_destination_id');

export const checkFeed: Check = (body) => requireId(body, 'feed_id') ?? optionalId(body, 'feed_destination_id');

const typed = (identifier: Record<string, unknown>, path: string) =>
  typeof identifier.type === 'string' ? undefined : `${path}.type must be a string`;

const anyObject = () => undefined;

export const checkUserSegmentUpdate: Check = (body) => {
  const { operation, user_profiles } = body;
  return (
    checkFeed(body) ??
    eachOf(body.user_identifiers, 'user_identifiers', typed) ??
    (user_profiles === undefined || user_profiles === null
      ? undefined
      : eachOf(user_profiles, 'user_profiles', anyObject)) ??
    (operation === undefined || operation === null || operation === 'UPSERT' || operation === 'DELETE'
      ? undefined
      : 'operation must be UPSERT or DELETE when given')
  );
};

/** The lines are the plugin's own and not looked at. */
export const checkBatchUpdate: Check = (body) => {
  const { context } = body;
  if (!Array.isArray(body.batch_content)) return 'batch_content must be an array';
  if (!isObject(context)) return 'context must be an object';
  return (
    requireId(context, 'feed_id', 'context.feed_id') ??
    optionalId(context, 'feed_destination_id', 'context.feed_destination_id')
  );
};

export const checkTroubleshoot: Check = (body) =>
  checkFeed(body) ?? (typeof body.action === 'string' ? undefined : 'action must be a string');

export const checkTestAuthentication: Check = (body) => requireId(body, 'feed_destination_id');
