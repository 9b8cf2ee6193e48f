import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Application, isSecret } from './identity.ts';
import { issueToken } from './token.ts';

/** Seconds that a token is valid (protocol, section 3). */
export const tokenLifetime = 3_600;

const tokenRequestSchema = z.object({
  grant_type: z.literal('client_credentials'),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
});

/** `POST /{shop}/app/token`: OAuth 2 client credentials (protocol, section 3). The one route without authentication. */
export const tokenRoute = (
  server: FastifyInstance,
  applications: readonly Application[],
  tokenSecret: string,
  nowSeconds: () => number,
): void => {
  server.post('/:shop/app/token', { config: { public: true } }, (request, reply) => {
    const read = tokenRequestSchema.safeParse(request.body);
    if (!read.success) {
      const description = `${read.error.issues[0]?.path.join('.') || 'The body'} is missing or wrong.`;
      return reply.code(400).send({ error: 'invalid_request', error_description: description });
    }
    const { client_id, client_secret } = read.data;
    const application = applications.find(
      ({ id, secret }) => isSecret(client_id, id) && isSecret(client_secret, secret),
    );
    if (application === undefined) {
      return reply.code(401).send({ error: 'invalid_client', error_description: 'Client authentication failed.' });
    }
    const iat = nowSeconds();
    const claims = { sub: application.id, scope: application.scope, iat, exp: iat + tokenLifetime };
    return reply.header('cache-control', 'no-store').send({
      token_type: 'Bearer',
      expires_in: tokenLifetime,
      access_token: issueToken(claims, tokenSecret),
    });
  });
};
