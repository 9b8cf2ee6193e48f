import { readShopError } from '@batchfeed/schemas';
import { checkEndpoint } from './base-url.ts';
import { readDocument } from './read-answer.ts';
import { ShopBatchError } from './shop-batch-error.ts';
import type { Send } from './transport.ts';

/** How the client says who it is. */
export type ShopAuth =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** A function is asked again after a 401. */
  | { readonly kind: 'bearer'; readonly token: string | (() => string | Promise<string>) }
  /** OAuth 2 client credentials: tokens are fetched when needed, renewed before they expire and once after a 401. */
  | { readonly kind: 'oauth'; readonly tokenUrl: string; readonly clientId: string; readonly clientSecret: string };

/** The `Authorization` header, kept fresh. */
export interface Authorizer {
  /** @throws ShopBatchError `AUTH_FAILED` */
  header(): Promise<string>;
  /** Takes note that a header was refused; true when another may be had. */
  refused(header: string): boolean;
  /** Texts that must not appear in a message. */
  readonly secrets: () => readonly string[];
}

interface Deps {
  readonly send: Send;
  readonly now: () => number;
}

const TOKEN_TIMEOUT_MS = 30_000;
const MAX_TOKEN_BYTES = 1_048_576;
/** A token is renewed this long before its end, or a tenth of its life before if that is less. */
const RENEW_EARLY_MS = 60_000;

const MAKERS: { readonly [K in ShopAuth['kind']]: (auth: Extract<ShopAuth, { kind: K }>, deps: Deps) => Authorizer } = {
  basic: ({ username, password }) => {
    need('auth.username', username);
    need('auth.password', password);
    if (username.includes(':')) throw new ShopBatchError('OPTIONS_INVALID', 'auth.username must not contain a colon');
    const credentials = base64(`${username}:${password}`);
    const header = Promise.resolve(`Basic ${credentials}`);
    return { header: () => header, refused: () => false, secrets: () => [credentials, password] };
  },
  bearer: ({ token }) => {
    if (typeof token === 'string') {
      need('auth.token', token);
      const header = Promise.resolve(`Bearer ${token}`);
      return { header: () => header, refused: () => false, secrets: () => [token] };
    }
    if (typeof token !== 'function')
      throw new ShopBatchError('OPTIONS_INVALID', 'auth.token must be a text or a function');
    return renewing(async () => ({ token: await callerToken(token), lifeMs: Number.POSITIVE_INFINITY }), []);
  },
  oauth: (auth, { send, now }) => {
    need('auth.clientId', auth.clientId);
    need('auth.clientSecret', auth.clientSecret);
    checkEndpoint('auth.tokenUrl', auth.tokenUrl);
    return renewing(() => fetchToken(auth, send), [auth.clientSecret], now);
  },
};

/** @throws ShopBatchError `OPTIONS_INVALID`, `PLAIN_HTTP_REFUSED` (token URL) */
export function createAuthorizer(auth: ShopAuth, deps: Deps): Authorizer {
  const make = MAKERS[auth?.kind] as ((auth: ShopAuth, deps: Deps) => Authorizer) | undefined;
  if (make === undefined) {
    throw new ShopBatchError('OPTIONS_INVALID', `auth.kind must be one of ${Object.keys(MAKERS).join(', ')}`);
  }
  return make(auth, deps);
}

interface Token {
  token: string;
  lifeMs: number;
}

/** One fetch at a time, however many batches wait for it. */
function renewing(fetch: () => Promise<Token>, secrets: readonly string[], now: () => number = Date.now): Authorizer {
  let current: { header: string; token: string; staleAt: number } | undefined;
  let fetching: Promise<string> | undefined;
  const renew = async (): Promise<string> => {
    const { token, lifeMs } = await fetch();
    current = { header: `Bearer ${token}`, token, staleAt: now() + lifeMs - Math.min(RENEW_EARLY_MS, lifeMs / 10) };
    return current.header;
  };
  return {
    header: () => {
      if (current !== undefined && now() < current.staleAt) return Promise.resolve(current.header);
      fetching ??= renew().finally(() => {
        fetching = undefined;
      });
      return fetching;
    },
    refused: (header) => {
      // Only the refused one is given up: another batch may have renewed it meanwhile.
      if (current?.header === header) current = undefined;
      return true;
    },
    secrets: () => (current === undefined ? secrets : [...secrets, current.token]),
  };
}

async function callerToken(token: () => string | Promise<string>): Promise<string> {
  let value: unknown;
  try {
    value = await token();
  } catch {
    throw new ShopBatchError('AUTH_FAILED', 'auth.token threw instead of returning a token');
  }
  if (typeof value === 'string' && value !== '') return value;
  throw new ShopBatchError('AUTH_FAILED', 'auth.token returned no token');
}

async function fetchToken(auth: Extract<ShopAuth, { kind: 'oauth' }>, send: Send): Promise<Token> {
  const exchange = await send({
    url: auth.tokenUrl,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: auth.clientId,
      client_secret: auth.clientSecret,
    }),
    timeoutMs: TOKEN_TIMEOUT_MS,
    maxAnswerBytes: MAX_TOKEN_BYTES,
  });
  if (exchange.kind !== 'answered') {
    const { message, retryable } = exchange;
    throw new ShopBatchError('AUTH_FAILED', `No token from ${hostOf(auth.tokenUrl)}: ${message}`, { retryable });
  }
  const { status, text } = exchange;
  if (status !== 200) {
    const retryable = status === 429 || status >= 500;
    throw new ShopBatchError('AUTH_FAILED', `${hostOf(auth.tokenUrl)} answered ${status}${oauthError(text)}`, {
      retryable,
    });
  }
  const { access_token: token, expires_in: seconds } = (readDocument(text) ?? {}) as Record<string, unknown>;
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw new ShopBatchError('AUTH_FAILED', `${hostOf(auth.tokenUrl)} answered 200 without an access_token`);
  }
  // A token without a usable life is kept until the shop refuses it.
  const life = Number(seconds);
  return { token, lifeMs: life > 0 ? life * 1_000 : Number.POSITIVE_INFINITY };
}

// Only the registered word (RFC 6749 section 5.2): the rest of the body may repeat what was sent.
function oauthError(text: string): string {
  const document = readDocument(text);
  const named = (document as { error?: unknown } | undefined)?.error ?? readShopError(document).message;
  const word =
    /^(invalid_request|invalid_client|invalid_grant|unauthorized_client|unsupported_grant_type|invalid_scope)$/;
  return typeof named === 'string' && word.test(named) ? ` ${named}` : '';
}

const hostOf = (url: string): string => new URL(url).host;

function need(name: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return;
  throw new ShopBatchError('OPTIONS_INVALID', `${name} must be a text that is not empty`);
}

function base64(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
