import { createHmac } from 'node:crypto';

/** A user's name in logs: the same wherever the user turns up on this data folder, and of no use to anybody else. */
export type Trace = (feedId: string, user: string) => string;

/** Traces of one data folder; its store's random id keeps them from being worked out elsewhere. */
export function traces(storeId: string): Trace {
  return (feedId, user) => createHmac('sha256', storeId).update(`${feedId}\n${user}`).digest('base64url').slice(0, 16);
}
