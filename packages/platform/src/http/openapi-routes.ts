import type { FastifyInstance } from 'fastify';
import { type DocumentedRoute, openapiDocument } from '../openapi/openapi-document.ts';
import { openapiPage } from '../openapi/openapi-page.ts';

const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
const DOCUMENTED = /^(GET|POST|PUT|DELETE)$/;
/** How the plugins' addresses stand inside; they write them as operators do. */
const GATEWAY = /^\/gateway(?=\/v1\/)/;
/** What documents itself is not documented. */
const HIDDEN = /^\/v1\/(openapi\.json|docs)$/;

/**
 * `/v1/openapi.json` and `/v1/docs`: the operator API and the plugins' gateway as their own schemas describe them. Register before the routes.
 * Neither needs a token: they say nothing that is not in the source.
 */
export function openapiRoutes(server: FastifyInstance, version: string): void {
  const routes: DocumentedRoute[] = [];
  server.addHook('onRoute', ({ method, url, schema }) => {
    for (const name of [method].flat()) {
      const outside = url.replace(GATEWAY, '');
      if (!outside.startsWith('/v1/') || !DOCUMENTED.test(name) || HIDDEN.test(outside)) continue;
      const callers = outside === url ? 'operators' : 'plugins';
      routes.push({ method: name, url: outside, callers, schema: (schema ?? {}) as DocumentedRoute['schema'] });
    }
  });
  let document: Record<string, unknown> | undefined;
  const documented = () => {
    document ??= openapiDocument(routes, version);
    return document;
  };
  server.get('/v1/openapi.json', async () => documented());
  server.get('/v1/docs', async (_request, reply) =>
    reply
      .headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY })
      .serializer((html: unknown) => html as string)
      .send(openapiPage(documented())),
  );
}
