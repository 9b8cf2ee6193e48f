/**
 * Keys of both stages begin with the feed session, since lines of two sessions never share a batch, while delays, order
 * per user point and the ledger belong to the feed as a whole: a feed is one destination.
 */
export function sessionKey(sessionId: string, rest: string): string {
  return `${sessionId}:${rest}`;
}

/** The session and what follows it; a session id has no colon. */
export function splitSessionKey(key: string): { sessionId: string; rest: string } {
  const colon = key.indexOf(':');
  return { sessionId: key.slice(0, colon), rest: key.slice(colon + 1) };
}
