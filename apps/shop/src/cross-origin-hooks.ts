import type { FastifyInstance } from 'fastify';

const requestHeaders = 'authorization, content-type, accept, x-shop-fault';
const methods = 'GET, POST, PUT, DELETE';

/**
 * Lets pages of other origins call the shop from a browser (CORS). Register it before authentication: a browser asks for
 * leave without credentials.
 *
 * @param origins such as `https://console.example`
 */
export const crossOriginHooks = (server: FastifyInstance, origins: readonly string[]): void => {
  const allowed = new Set(origins);
  if (allowed.size === 0) return;
  server.addHook('onRequest', (request, reply, done) => {
    const { origin, 'access-control-request-method': asked } = request.headers;
    if (request.batchPart !== undefined || origin === undefined || !allowed.has(origin)) return done();
    // Without the last header a page could not see how long to wait.
    reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after' });
    if (request.method !== 'OPTIONS' || asked === undefined) return done();
    reply
      .headers({ 'access-control-allow-headers': requestHeaders, 'access-control-allow-methods': methods })
      .code(204)
      .send();
  });
};
