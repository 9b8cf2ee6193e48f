import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { PlatformError } from '../platform-error.ts';
import { handleError, isBasic } from './error-handler.ts';
import { gatewayRoutes } from './gateway/gateway-routes.ts';
import { gatewayAuth } from './gateway-auth.ts';
import { healthRoutes, metricsRoute } from './health-routes.ts';
import { openapiRoutes } from './openapi-routes.ts';
import { backupRoutes } from './operator/backup-routes.ts';
import { batchingRoutes } from './operator/batching-routes.ts';
import { deadLetterRoutes } from './operator/dead-letter-routes.ts';
import { feedRoutes } from './operator/feed-routes.ts';
import { ingestRoutes } from './operator/ingest-routes.ts';
import { pluginRoutes } from './operator/plugin-routes.ts';
import { segmentRoutes } from './operator/segment-routes.ts';
import { statisticsRoutes } from './operator/statistics-routes.ts';
import { throttlingRoutes } from './operator/throttling-routes.ts';
import { workerCredentialsRoutes } from './operator/worker-credentials-routes.ts';
import { operatorAuth } from './operator-auth.ts';
import type { RouteApp } from './route-app.ts';
import type { Services } from './services.ts';
import { jsonSerializerCompiler, zodValidatorCompiler } from './zod-provider.ts';

/** Where the gateway's routes stand inside; callers write the same addresses as operators do. */
const GATEWAY = '/gateway';
/** Of the API, not of the package: it changes when a route stops doing what it did. */
const VERSION = '1.0.0';
const OPERATOR_ROUTES = [
  pluginRoutes,
  batchingRoutes,
  throttlingRoutes,
  workerCredentialsRoutes,
  segmentRoutes,
  feedRoutes,
  statisticsRoutes,
  deadLetterRoutes,
  backupRoutes,
];

/** The platform's HTTP server: the operator API and the plugins' gateway, on one port. */
export function buildServer(services: Services, logger: Logger): FastifyInstance {
  const server = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // Operators and plugins read some of the same addresses and are answered differently; HTTP Basic is the plugins'.
    rewriteUrl: (request) => (isBasic(request) ? GATEWAY + request.url : (request.url ?? '/')),
    routerOptions: { maxParamLength: 1_000 },
    forceCloseConnections: 'idle',
  });
  server.setValidatorCompiler(zodValidatorCompiler as never);
  server.setSerializerCompiler(jsonSerializerCompiler);
  server.setErrorHandler(handleError as never);
  server.setNotFoundHandler(notFound);
  // Many clients name a content type on requests without a body; routes that need one say so themselves.
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null, undefined) : parseJson(request, body as string, done),
  );

  openapiRoutes(server as unknown as FastifyInstance, VERSION);
  healthRoutes(server as unknown as FastifyInstance, services);
  server.register(async (scope) => {
    scope.addHook('onRequest', operatorAuth(services.configuration.apiTokens));
    metricsRoute(scope as unknown as FastifyInstance, services);
  });
  server.register(
    async (scope) => {
      scope.addHook('onRequest', operatorAuth(services.configuration.apiTokens));
      scope.setNotFoundHandler(notFound);
      for (const routes of OPERATOR_ROUTES) routes(scope as unknown as RouteApp, services);
      scope.register(async (stream) => ingestRoutes(stream as unknown as RouteApp, services));
    },
    { prefix: '/v1' },
  );
  server.register(
    async (scope) => {
      scope.addHook('onRequest', gatewayAuth(services.configuration.workerCredentials));
      scope.setNotFoundHandler(notFound);
      gatewayRoutes(scope as unknown as RouteApp, services);
    },
    { prefix: `${GATEWAY}/v1` },
  );
  return server as unknown as FastifyInstance;
}

function notFound(request: { method: string; url: string }): never {
  const path = request.url.split('?')[0]?.replace(/^\/gateway(?=\/)/, '');
  throw new PlatformError('NOT_FOUND', `There is no route ${request.method} ${path}.`);
}
