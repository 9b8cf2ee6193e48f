import { ShopBatchError, sendAnswer } from '@batchfeed/shop-batch-server';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fileScope } from './file-routes.ts';
import type { Identify, Identity } from './identity.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { reloadOrderScope } from './reload-order-route.ts';
import { resources } from './resources.ts';

declare module 'fastify' {
  interface FastifyRequest {
    identity: Identity | undefined;
  }
  interface FastifyContextConfig {
    /** The scope that a caller needs, such as `product.category:write`. */
    scope?: string;
    /** No authentication. */
    public?: boolean;
  }
}

/** What ordering faults and reading figures need; no documented resource has it. */
export const adminScope = 'shop.admin:write';

/** The scope that a method needs on a resource. */
export const scopeOf = (resource: { scope: string }, method: string): string =>
  `${resource.scope}:${method === 'GET' ? 'read' : 'write'}`;

// Endpoints that are no rows of the tables.
const furtherScopes: ReadonlyMap<string, string> = new Map([
  ['files', fileScope],
  ['reloadOrderUrls', reloadOrderScope],
  ['reloadUrl', reloadOrderScope],
]);

/** Whether the caller of a batch has the scope of one of its requests. A resource that there is not needs none: it is 404. */
export const permitsPart = (envelope: FastifyRequest, part: { method: string; path: string }): boolean => {
  // The router decodes what it matches, so the permission is asked for the same text.
  const endpoint = decodeURIComponent(part.path.split('/', 2)[1] ?? '');
  const scope = resources.get(endpoint)?.scope ?? furtherScopes.get(endpoint);
  return scope === undefined || envelope.identity?.may(scopeOf({ scope }, part.method)) === true;
};

/** Who calls, whether it may, and not more often than allowed: in this order, before a body is read. */
export const accessHooks = (server: FastifyInstance, identify: Identify, limiter: RateLimiter): void => {
  server.decorateRequest('identity', undefined);
  server.addHook('onRequest', (request, reply, done) => {
    const { config } = request.routeOptions;
    // Tokens, faults and figures are no resources: a batch does not reach them.
    if (request.batchPart !== undefined && (config.public === true || config.scope === adminScope)) {
      return void reply.callNotFound();
    }
    if (config.public === true) return done();
    const identity = identify(request.headers.authorization);
    if (identity === undefined) {
      reply.header('www-authenticate', 'Basic realm="shop"');
      return done(new ShopBatchError('noPermission'));
    }
    if (config.scope !== undefined && !identity.may(config.scope)) return done(new ShopBatchError('noPermission'));
    request.identity = identity;
    // A batch is one call, whatever it holds.
    const wait = request.batchPart === undefined ? limiter.take(identity.application, performance.now()) : 0;
    if (wait === 0) return done();
    reply.header('retry-after', String(Math.ceil(wait)));
    sendAnswer(request, reply, 429, { message: 'Too many requests.' });
  });
};
