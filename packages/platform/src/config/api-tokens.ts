import { digestOf, matches } from '../secrets.ts';
import type { ConfigDatabase } from './open-config-database.ts';

export type ApiTokens = ReturnType<typeof apiTokens>;

/** The tokens operators authenticate with. Only digests are kept. */
export function apiTokens(db: ConfigDatabase) {
  const insert = db.prepare('INSERT INTO api_tokens (role, digest, created_ts) VALUES (?, ?, ?)');
  const digests = db.prepare('SELECT digest FROM api_tokens').pluck();
  let known = digests.all() as Buffer[];
  return {
    isEmpty: (): boolean => known.length === 0,
    add(token: string, now: number): void {
      insert.run('admin', digestOf(token), now);
      known = digests.all() as Buffer[];
    },
    /** Compares with every token, so that the time taken does not say which one came close. */
    accepts: (token: string): boolean => known.map((digest) => matches(token, digest)).includes(true),
  };
}
