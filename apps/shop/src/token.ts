import { createHmac, timingSafeEqual } from 'node:crypto';

/** What an access token says. */
export interface TokenClaims {
  /** The application it was issued to. */
  sub: string;
  /** Scopes, separated by spaces; `*` for all. */
  scope: string;
  /** When it was issued and when it ends, in seconds since 1970. */
  iat: number;
  exp: number;
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const sign = (text: string, secret: string) => createHmac('sha256', secret).update(text).digest();

// The only header this shop issues and accepts, so a token cannot choose its own algorithm.
const header = encode({ alg: 'HS256', typ: 'JWT' });

/** Writes a JWT signed with HMAC-SHA-256. */
export const issueToken = (claims: TokenClaims, secret: string): string => {
  const text = `${header}.${encode(claims)}`;
  return `${text}.${sign(text, secret).toString('base64url')}`;
};

/** The claims of a token that this secret signed and that has not ended; `undefined` for any other text. */
export const readToken = (token: string, secret: string, nowSeconds: number): TokenClaims | undefined => {
  const [given, payload = '', signature = '', ...rest] = token.split('.');
  if (given !== header || rest.length > 0) return undefined;
  const expected = sign(`${header}.${payload}`, secret);
  const actual = Buffer.from(signature, 'base64url');
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return undefined;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as TokenClaims;
  return claims.exp > nowSeconds ? claims : undefined;
};
