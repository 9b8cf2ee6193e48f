import type { FastifyRequest } from 'fastify';
import { PlatformError } from '../../platform-error.ts';

const NAME = 'batchfeed_session';
/** A header no form and no link can bring, and no page of another origin without being asked about it first. */
const CONSOLE_HEADER = 'x-batchfeed-console';
const READING = new Set(['GET', 'HEAD']);

/** The session id in the request's cookie. */
export function sessionIdOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${NAME}=`))?.slice(NAME.length + 1);
}

/** The cookie with a session id; none takes it away. The browser forgets it when it is closed. */
export function sessionCookie(request: FastifyRequest, id: string | undefined): string {
  // Behind something that encrypts, which only the browser can know, the cookie must not travel in clear either.
  const secure = request.headers.origin?.startsWith('https://') ? '; Secure' : '';
  return `${NAME}=${id ?? ''}; Path=/; HttpOnly; SameSite=Strict${secure}${id === undefined ? '; Max-Age=0' : ''}`;
}

/**
 * A cookie comes along with whatever page made the request; so with one a change must say that it is the console's.
 *
 * @throws PlatformError `FORBIDDEN`
 */
export function mustBeOwnPage(request: FastifyRequest): void {
  if (READING.has(request.method)) return;
  if (request.headers[CONSOLE_HEADER] !== '1') {
    throw new PlatformError(
      'FORBIDDEN',
      `With the session cookie this takes the header ${CONSOLE_HEADER}: 1. Programs send an API token in the Authorization header.`,
    );
  }
  if (isSameOrigin(request) !== true) throw otherOrigin();
}

/** For sign-in, where there is no cookie yet: no page of another origin may sign anybody in. @throws PlatformError `FORBIDDEN` */
export function mustNotBeOtherPage(request: FastifyRequest): void {
  if (isSameOrigin(request) === false) throw otherOrigin();
}

/** Whether the page that asks is of this origin; undefined when the request does not say, as those of programs. */
function isSameOrigin({ headers }: FastifyRequest): boolean | undefined {
  const site = headers['sec-fetch-site'];
  // Browsers know it for certain, also behind a proxy that changes the Host.
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  if (origin === undefined) return undefined;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function otherOrigin(): PlatformError {
  return new PlatformError('FORBIDDEN', 'The request comes from a page of another origin. Open the console itself.');
}
