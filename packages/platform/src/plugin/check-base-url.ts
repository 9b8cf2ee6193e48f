import { PlatformError } from '../platform-error.ts';
import { AddressGuard } from './address-guard.ts';

const METADATA_NAME = /^metadata\.google\.internal\.?$/i;

/**
 * Returns where a plugin listens in the form it is kept. What its name leads to is checked again at every connection.
 *
 * @throws PlatformError `INVALID` when it is no plain http address, or one no plugin can have.
 */
export function checkBaseUrl(baseUrl: string): string {
  const url = new URL(baseUrl);
  const extra = url.username || url.password || url.search || url.hash;
  if (extra) throw new PlatformError('INVALID', 'base_url: must have no user, password, query or fragment.');
  if (METADATA_NAME.test(url.hostname) || new AddressGuard().objectionTo(url) !== undefined) {
    throw new PlatformError('INVALID', 'base_url: must not be a link-local or metadata address.');
  }
  return url.href.replace(/\/+$/, '');
}
