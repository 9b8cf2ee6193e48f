import { PlatformError } from '../platform-error.ts';

/** Link-local addresses answer with the secrets of the machine in most clouds; no plugin lives there. */
const LINK_LOCAL = [
  /^169\.254\./,
  /^\[fe[89ab][0-9a-f]:/i,
  /^\[::ffff:a9fe:/i,
  /^\[fd00:ec2::254\]$/i,
  /^metadata\.google\.internal\.?$/i,
];

/**
 * Returns where a plugin listens in the form it is kept.
 *
 * @throws PlatformError `INVALID` when it is no plain http address, or one no plugin can have.
 */
export function checkBaseUrl(baseUrl: string): string {
  const url = new URL(baseUrl);
  const extra = url.username || url.password || url.search || url.hash;
  if (extra) throw new PlatformError('INVALID', 'base_url: must have no user, password, query or fragment.');
  if (LINK_LOCAL.some((pattern) => pattern.test(url.hostname))) {
    throw new PlatformError('INVALID', 'base_url: must not be a link-local or metadata address.');
  }
  return url.href.replace(/\/+$/, '');
}
