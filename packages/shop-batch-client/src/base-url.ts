import { ShopBatchError } from './shop-batch-error.ts';

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/** True for a host name that can only be this machine. */
export const isLoopback = (url: URL): boolean => LOOPBACK.test(url.hostname);

/**
 * Checks a URL that credentials will be sent to.
 *
 * @throws ShopBatchError `PLAIN_HTTP_REFUSED` for http to another machine: the shop answers it with a redirect that may
 *   lose the body, after the credentials have travelled in the clear. `OPTIONS_INVALID` for anything else that is wrong.
 */
export function checkEndpoint(option: string, value: string): URL {
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    throw new ShopBatchError('OPTIONS_INVALID', `${option} is not an absolute URL`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ShopBatchError('OPTIONS_INVALID', `${option} must not hold credentials: give them as \`auth\``);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new ShopBatchError('OPTIONS_INVALID', `${option} must be an https URL, not ${url.protocol}`);
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    throw new ShopBatchError('PLAIN_HTTP_REFUSED', `${option} is plain http to ${url.hostname}: use https`);
  }
  return url;
}

/** The API's address, ending in `/`, to which `batch` and relative resource URIs are appended. */
export function parseBaseUrl(value: string): URL {
  const url = checkEndpoint('baseUrl', value);
  if (url.search !== '' || url.hash !== '') {
    throw new ShopBatchError('OPTIONS_INVALID', 'baseUrl must have neither query nor fragment');
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

const ABSOLUTE = /^https?:\/\/[^/?#@]+([/?#]|$)/i;
const SCHEME_OR_HOST = /^([a-z][a-z0-9+.-]*:|\/\/)/i;
// White space, control characters and backslashes mean something else to every server that sees them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNSAFE = /[\u0000-\u0020\u007f\\]/;

/**
 * A resource URI as it is sent: absolute ones unchanged, others appended to the base (with or without a leading slash,
 * since the API may live below a path). Undefined when it cannot be a resource of a shop.
 */
export function resolveUri(base: string, uri: string): string | undefined {
  if (uri === '' || UNSAFE.test(uri)) return undefined;
  if (ABSOLUTE.test(uri)) return uri;
  if (SCHEME_OR_HOST.test(uri)) return undefined;
  return base + (uri.startsWith('/') ? uri.slice(1) : uri);
}

/** Path and identifier of one resource, without query: `products/SKU-11`. Undefined for a collection. */
export function resourceOf(base: string, uri: string): string | undefined {
  const path = (uri.startsWith(base) ? uri.slice(base.length) : uri.replace(/^https?:\/\/[^/]*\//i, '')).replace(
    /[?#].*$/,
    '',
  );
  return /[^/]\/[^/]/.test(path) ? path : undefined;
}
