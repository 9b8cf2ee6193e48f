import { type ConsoleSession, consoleSessionSchema, resourceWrapperSchema, signInSchema } from '@batchfeed/schemas';
import { PlatformError } from '../../platform-error.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok } from '../wrappers.ts';
import type { LiveSession } from './console-sessions.ts';
import { mustNotBeOtherPage, sessionCookie, sessionIdOf } from './session-cookie.ts';

const PATH = '/session';
const session = { 200: resourceWrapperSchema(consoleSessionSchema) };

/** `POST` and `GET /session`: asked without a token or session, since they are how one comes by it, or learns that there is none. */
export function signInRoutes(app: RouteApp, { configuration, sessions, failures }: Services): void {
  app.post(PATH, { schema: { body: signInSchema, response: session } }, async (request, reply) => {
    mustNotBeOtherPage(request);
    const token = configuration.apiTokens.find(request.body.token);
    if (token === undefined) throw failures.failed(request, reply, 'token: this is no valid API token.');
    request.operator = token;
    const id = sessions.open(token.id);
    reply.headers({ 'set-cookie': sessionCookie(request, id), 'cache-control': 'no-store' });
    return ok(resource(sessions.look(id) as LiveSession));
  });
  app.get(PATH, { schema: { response: session } }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const id = sessionIdOf(request);
    // Every console asks this first; to have no cookie is no failed attempt.
    if (id === undefined) throw new PlatformError('UNAUTHENTICATED', 'Nobody is signed in.');
    const live = sessions.look(id);
    if (live === undefined) throw failures.failed(request, reply, 'The session is over. Sign in again.');
    return ok(resource(live));
  });
}

/** `DELETE /session`. */
export function signOutRoute(app: RouteApp, { sessions }: Services): void {
  app.delete(PATH, async (request, reply) => {
    const id = sessionIdOf(request);
    if (id !== undefined) sessions.end(id);
    reply.header('set-cookie', sessionCookie(request, undefined));
    return ok({});
  });
}

function resource({ token: { name, role }, expiresAt }: LiveSession): ConsoleSession {
  return { name, role, expires_ts: expiresAt };
}
