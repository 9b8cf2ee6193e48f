import { ShopBatchError } from './shop-batch-error.ts';

/**
 * Turns the URI of a batch request into the string that is authorised **and** routed, or refuses it.
 *
 * Invariant: the returned target passes unchanged through every URL parser behind it (`new URL`, the router), so no
 * later step can see another path than the one that was checked. Anything ambiguous is refused, never repaired.
 */

/** The names under which this API may be addressed in absolute URIs, lower case, as in a Host header. */
export interface TargetRules {
  isOwnHost: (host: string) => boolean;
  /** Lower-case paths that a batch may not call (the batch endpoint itself). */
  forbiddenPaths: ReadonlySet<string>;
  /** Longest URI accepted, in characters. */
  maxLength: number;
}

export interface RequestTarget {
  /** Host of an absolute URI, lower case, without a default port; `undefined` for a bare path. */
  host: string | undefined;
  /** Path and query, as routed. */
  target: string;
  /** The path alone, as routed (still percent-encoded). */
  path: string;
}

const refuse = (why: string): never => {
  throw new ShopBatchError('wrongData', `uri: ${why}`);
};

// One table of what is refused; each row is tried on the text named by `on`.
const refusals: { on: 'uri' | 'path' | 'query'; pattern: RegExp; why: string }[] = [
  {
    on: 'uri',
    pattern: /[^!-~\u00a1-\u2027\u202a-\uffff]/,
    why: 'white space and control characters must be percent-encoded',
  },
  { on: 'uri', pattern: /\\/, why: 'a backslash is not allowed' },
  { on: 'uri', pattern: /#/, why: 'a fragment is not allowed' },
  { on: 'uri', pattern: /%(?![0-9a-f]{2})/i, why: 'a percent sign must be followed by two hexadecimal digits' },
  // %25 in front: encoded once more, waiting for a second decoder.
  { on: 'path', pattern: /%(?:25)*(?:2f|5c)/i, why: 'an encoded slash or backslash is not allowed in a path' },
  { on: 'path', pattern: /%(?:25)*(?:[01][0-9a-f]|7f)/i, why: 'an encoded control character is not allowed in a path' },
  { on: 'path', pattern: /\/\//, why: 'an empty path segment is not allowed' },
  {
    on: 'path',
    pattern: /\/(?:\.|%(?:25)*2e){1,2}(?=[/;]|%(?:25)*3b|$)/i,
    why: 'the path segments "." and ".." are not allowed',
  },
  { on: 'query', pattern: /%(?:25)*0[0ad]/i, why: 'an encoded NUL or line break is not allowed in a query' },
];

const check = (on: 'uri' | 'path' | 'query', text: string) => {
  for (const refusal of refusals) if (refusal.on === on && refusal.pattern.test(text)) refuse(refusal.why);
};

const absoluteUri = /^(https?):\/\/([^/?]*)(.*)$/is;
const defaultPort = { http: ':80', https: ':443' } as const;
const hostAndPort = /^(?:[^:[\]]+|\[[^[\]]+\])(?::\d+)?$/;

/** Host of an authority without the scheme's default port; refuses user-info. */
const hostOf = (scheme: string, authority: string): string => {
  if (authority.includes('@')) refuse('user name and password are not allowed');
  if (!hostAndPort.test(authority)) refuse('the host is not this API');
  const port = defaultPort[scheme.toLowerCase() as 'http' | 'https'];
  const host = authority.toLowerCase();
  return host.endsWith(port) ? host.slice(0, -port.length) : host;
};

const hostAndRest = (uri: string, isOwnHost: TargetRules['isOwnHost']): [host: string | undefined, rest: string] => {
  if (uri.startsWith('/')) return [undefined, uri];
  const absolute = absoluteUri.exec(uri);
  if (absolute === null) return refuse('expected an absolute http(s) URI of this API, or a path that starts with "/"');
  const [, scheme = '', authority = '', rest = ''] = absolute;
  const host = hostOf(scheme, authority);
  if (!isOwnHost(host)) refuse('the host is not this API');
  return [host, rest.startsWith('/') ? rest : `/${rest}`];
};

const splitQuery = (target: string): [path: string, query: string] => {
  const at = target.indexOf('?');
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at)];
};

/** The path with every escape decoded, in lower case, without trailing slashes or `;parameters`: for comparing only. */
const comparable = (path: string): string => {
  let decoded = path;
  // `%2562` and deeper: decode until nothing changes (each round shortens the text, so this ends).
  for (;;) {
    const next = decoded.replace(/%([2-7][0-9a-f])/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (next === decoded) break;
    decoded = next;
  }
  return decoded.replace(/;.*$/, '').replace(/\/+$/, '').toLowerCase();
};

// So that whoever authorises or routes the path can decode it.
const checkUtf8 = (path: string) => {
  try {
    decodeURIComponent(path);
  } catch {
    refuse('the escapes in a path must be UTF-8');
  }
};

// What nearly every request looks like: it breaks no rule below and no parser changes it, so the rules need not be tried.
const plain = /^((?:\/[\w~=-][\w~=.-]*)+)(?:\?[\w~=.&-]+)?$/;

const checked = (raw: string, forbiddenPaths: TargetRules['forbiddenPaths']): Omit<RequestTarget, 'host'> => {
  // Checked before URL sees it (URL would resolve dot segments silently) and again on what URL made of it.
  const [rawPath, rawQuery] = splitQuery(raw);
  check('path', rawPath);
  check('query', rawQuery);
  if (!URL.canParse(raw, 'http://batch.invalid')) refuse('not a valid URI');
  const { host, pathname: path, search } = new URL(raw, 'http://batch.invalid');
  if (host !== 'batch.invalid') refuse('the host is not this API');
  check('path', path);
  checkUtf8(path);
  if (forbiddenPaths.has(comparable(path))) refuse('a batch cannot contain a batch');
  return { target: path + search, path };
};

/**
 * @param uri as the caller sent it
 * @throws {ShopBatchError} `wrongData` (400/40005), saying which rule the URI breaks
 */
export const requestTarget = (uri: string, rules: TargetRules): RequestTarget => {
  if (uri.length > rules.maxLength) refuse(`longer than ${rules.maxLength} characters`);
  const [host, raw] = hostAndRest(uri, rules.isOwnHost);
  const path = plain.exec(raw)?.[1];
  if (path !== undefined && !rules.forbiddenPaths.has(path.toLowerCase())) return { host, target: raw, path };
  check('uri', uri);
  return { host, ...checked(raw, rules.forbiddenPaths) };
};
