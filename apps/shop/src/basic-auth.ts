import { createHash, timingSafeEqual } from 'node:crypto';

/** The one user of the shop's API. */
export interface Credentials {
  user: string;
  password: string;
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * A check of an `Authorization` header against HTTP Basic credentials. Digests are compared, in constant time, so that
 * neither the length nor a common beginning of the right answer shows.
 */
export const basicAuth = ({ user, password }: Credentials): ((authorization: string | undefined) => boolean) => {
  const expected = digest(`${user}:${password}`);
  return (authorization) => {
    const [scheme = '', encoded = ''] = (authorization ?? '').split(' ');
    const given = digest(Buffer.from(encoded, 'base64').toString());
    return timingSafeEqual(given, expected) && scheme.toLowerCase() === 'basic';
  };
};
