import type { FastifyRequest } from 'fastify';
import type { ApiTokens } from '../config/api-tokens.ts';
import { PlatformError } from '../platform-error.ts';

/** Lets requests with an API token pass, before their body is read. */
export function operatorAuth(tokens: ApiTokens) {
  return async (request: FastifyRequest): Promise<void> => {
    const token = request.headers.authorization?.replace(/^bearer\s+/i, '');
    if (token === undefined) {
      throw new PlatformError('UNAUTHENTICATED', 'The Authorization header is missing. Send the API token in it.');
    }
    if (!tokens.accepts(token)) {
      throw new PlatformError('UNAUTHENTICATED', 'The API token in the Authorization header is not valid.');
    }
  };
}
