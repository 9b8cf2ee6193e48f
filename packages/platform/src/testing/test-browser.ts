import type { ConsoleSession } from '@batchfeed/schemas';
import type { TestPlatform } from './test-platform.ts';

interface BrowserAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly data: ConsoleSession; readonly total: number; readonly error: string };
}

/** What the console's own page sends with a change. */
export const OWN_PAGE = { 'x-batchfeed-console': '1', 'sec-fetch-site': 'same-origin' };

/** Requests as a browser makes them, without an Authorization header. */
export function testBrowser(operator: TestPlatform) {
  const browse = async (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: unknown,
  ): Promise<BrowserAnswer> => {
    const response = await fetch(`${operator.platform.url}${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as never };
  };
  const signIn = async (token = operator.token, headers: Record<string, string> = {}) => {
    const answer = await browse('POST', '/v1/session', headers, { token });
    const setCookie = answer.headers.get('set-cookie') ?? '';
    return { ...answer, setCookie, cookie: setCookie.split(';')[0] ?? '' };
  };
  return { browse, signIn };
}
