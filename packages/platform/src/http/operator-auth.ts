import type { ApiTokenRole } from '@batchfeed/schemas';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiTokens } from '../config/api-tokens.ts';
import { PlatformError } from '../platform-error.ts';
import type { FailureLimit } from './failure-limit.ts';

const RANK: Record<ApiTokenRole, number> = { read: 0, operate: 1, admin: 2 };
/** Routes that set up plugins or hand out access: changing anything there takes an admin. */
const ADMIN_ROUTES = /^\/v1\/(plugins|api_tokens|feed_destinations|data_files|datamarts|backups)\b/;
/** Routes of which even the reading is an admin's. */
const ADMIN_READS = /^\/v1\/api_tokens\b/;

/** Lets requests pass with an API token whose role allows them, before their body is read. */
export function operatorAuth(tokens: ApiTokens, failures: FailureLimit) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const token = request.headers.authorization?.replace(/^bearer\s+/i, '');
    if (token === undefined) {
      throw failures.failed(request, reply, 'The Authorization header is missing. Send the API token in it.');
    }
    const role = tokens.roleOf(token);
    if (role === undefined) {
      throw failures.failed(request, reply, 'The API token in the Authorization header is not valid.');
    }
    const needed = neededRole(request.method, request.routeOptions.url ?? '');
    if (RANK[role] < RANK[needed]) {
      throw new PlatformError('FORBIDDEN', `This takes a token with the role ${needed}; yours has the role ${role}.`);
    }
  };
}

export function neededRole(method: string, route: string): ApiTokenRole {
  if (method === 'GET' || method === 'HEAD') return ADMIN_READS.test(route) ? 'admin' : 'read';
  return ADMIN_ROUTES.test(route) ? 'admin' : 'operate';
}
