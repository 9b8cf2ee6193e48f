import { createHash, timingSafeEqual } from 'node:crypto';
import { readToken } from './token.ts';

/** HTTP Basic: the one user of the legacy API, who may do everything. */
export interface Credentials {
  user: string;
  password: string;
}

/** An application that gets tokens by OAuth 2 client credentials. */
export interface Application {
  id: string;
  secret: string;
  /** Scopes such as `product.category:write`, separated by spaces; `*` for all. */
  scope: string;
}

/** Who calls. */
export interface Identity {
  /** Name under which calls are counted. */
  application: string;
  /** Whether this scope was granted. */
  may: (scope: string) => boolean;
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Compares texts in constant time, whatever their lengths. */
export const isSecret = (given: string, expected: string): boolean => timingSafeEqual(digest(given), digest(expected));

const grants = (scope: string): Identity['may'] => {
  const granted = new Set(scope.split(/\s+/));
  return (wanted) => granted.has('*') || granted.has(wanted);
};

/** Reads an `Authorization` header: Basic or Bearer; `undefined` when it proves nothing. */
export type Identify = (authorization: string | undefined) => Identity | undefined;

/**
 * @param tokenSecret what access tokens are signed with
 * @param nowSeconds the time, in seconds since 1970
 */
export const identifier = (credentials: Credentials, tokenSecret: string, nowSeconds: () => number): Identify => {
  const expected = digest(`${credentials.user}:${credentials.password}`);
  const owner: Identity = { application: `user ${credentials.user}`, may: () => true };
  const schemes: Record<string, (proof: string) => Identity | undefined> = {
    basic: (proof) => (timingSafeEqual(digest(Buffer.from(proof, 'base64').toString()), expected) ? owner : undefined),
    bearer: (proof) => {
      const claims = readToken(proof, tokenSecret, nowSeconds());
      return claims && { application: claims.sub, may: grants(claims.scope) };
    },
  };
  return (authorization) => {
    const [scheme = '', proof = ''] = (authorization ?? '').split(' ');
    const name = scheme.toLowerCase();
    return Object.hasOwn(schemes, name) ? schemes[name]!(proof) : undefined;
  };
};
