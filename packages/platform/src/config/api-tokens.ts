import type { ApiTokenResource, ApiTokenRole, CreateApiToken, IssuedApiToken } from '@batchfeed/schemas';
import { digestOf, matches, newSecret } from '../secrets.ts';
import { isId } from './ids.ts';
import type { ConfigDatabase } from './open-config-database.ts';

export type ApiTokens = ReturnType<typeof apiTokens>;

interface Row {
  id: number;
  name: string;
  role: ApiTokenRole;
  digest: Buffer;
  created_ts: number;
}

/** The tokens operators authenticate with. Only digests are kept. */
export function apiTokens(db: ConfigDatabase) {
  const insert = db.prepare('INSERT INTO api_tokens (name, role, digest, created_ts) VALUES (?, ?, ?, ?)');
  const select = db.prepare('SELECT * FROM api_tokens ORDER BY id');
  const remove = db.prepare('DELETE FROM api_tokens WHERE id = ?');
  let known = select.all() as Row[];
  const add = (token: string, { name, role }: CreateApiToken, now: number): ApiTokenResource => {
    const { lastInsertRowid } = insert.run(name, role, digestOf(token), now);
    known = select.all() as Row[];
    return toResource(known.find(({ id }) => id === lastInsertRowid) as Row);
  };
  return {
    isEmpty: (): boolean => known.length === 0,
    add,
    /** The only time the token is known in clear. */
    issue(body: CreateApiToken, now: number): IssuedApiToken {
      const token = newSecret();
      return { ...add(token, body, now), token };
    },
    list: (): ApiTokenResource[] => known.map(toResource),
    /** Whether it is the only one that may still make tokens. */
    isLastAdmin: (id: string): boolean => {
      const admins = known.filter(({ role }) => role === 'admin');
      return admins.length === 1 && String(admins[0]?.id) === id;
    },
    revoke(id: string): boolean {
      const revoked = isId(id) && remove.run(id).changes === 1;
      known = select.all() as Row[];
      return revoked;
    },
    get: (id: string): ApiTokenResource | undefined => known.map(toResource).find((token) => token.id === id),
    /** Which token it is, if any. Compares with every one, so that the time taken does not say which came close. */
    find: (token: string): ApiTokenResource | undefined =>
      known.filter(({ digest }) => matches(token, digest)).map(toResource)[0],
  };
}

function toResource({ digest: _, ...row }: Row): ApiTokenResource {
  return { ...row, id: String(row.id) };
}
