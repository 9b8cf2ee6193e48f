import type { ApiTokenResource, ApiTokenRole } from '@batchfeed/schemas';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PlatformError } from '../platform-error.ts';
import { mustBeOwnPage, sessionIdOf } from './console/session-cookie.ts';
import { neededRole } from './needed-role.ts';
import type { Services } from './services.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The API token that the request was made with, directly or by a session. Set on operator routes only. */
    operator: ApiTokenResource;
    /** Whether the token, or the session, that it was made with still stands. Set on operator routes only. */
    isStillAllowed: () => boolean;
  }
}

const RANK: Record<ApiTokenRole, number> = { read: 0, operate: 1, admin: 2 };

type Access = Pick<Services, 'configuration' | 'sessions' | 'failures'>;

/** Lets requests pass with an API token, or a session that stands for one, whose role allows them; before their body is read. */
export function operatorAuth(access: Access) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const operator = identify(access, request, reply);
    const needed = neededRole(request.method, request.routeOptions.url ?? '');
    if (RANK[operator.role] < RANK[needed]) {
      throw new PlatformError(
        'FORBIDDEN',
        `This takes a token with the role ${needed}; yours has the role ${operator.role}.`,
      );
    }
    request.operator = operator;
  };
}

/** Who asks. The header goes before the cookie. @throws PlatformError `UNAUTHENTICATED`, `TOO_MANY_FAILURES`, `FORBIDDEN` */
function identify({ configuration, sessions, failures }: Access, request: FastifyRequest, reply: FastifyReply) {
  const { apiTokens } = configuration;
  const header = request.headers.authorization?.replace(/^bearer\s+/i, '');
  const sessionId = sessionIdOf(request);
  if (header !== undefined) {
    const token = apiTokens.find(header);
    if (token === undefined) {
      throw failures.failed(request, reply, 'The API token in the Authorization header is not valid.');
    }
    request.isStillAllowed = () => apiTokens.get(token.id) !== undefined;
    return token;
  }
  if (sessionId === undefined) {
    throw failures.failed(request, reply, 'The Authorization header is missing. Send the API token in it.');
  }
  const session = sessions.use(sessionId);
  if (session === undefined) throw failures.failed(request, reply, 'The session is over. Sign in again.');
  mustBeOwnPage(request);
  request.isStillAllowed = () => sessions.look(sessionId) !== undefined;
  return session.token;
}
