import Fastify, { type FastifyInstance, type FastifyReply, LogController } from 'fastify';
import type { Logger } from 'pino';
import { PlatformError } from '../platform-error.ts';
import { bodyDeadline } from './body-deadline.ts';
import { clientErrorHandler } from './client-error-handler.ts';
import { auditRoute, writeAudit } from './console/audit-route.ts';
import { consoleRoutes } from './console/console-routes.ts';
import { eventRoutes } from './console/event-routes.ts';
import { overviewRoute } from './console/overview-route.ts';
import { signInRoutes, signOutRoute } from './console/session-routes.ts';
import { handleError, isBasic } from './error-handler.ts';
import { gatewayFileRoutes, gatewayResourceRoutes } from './gateway/gateway-resource-routes.ts';
import { gatewayRoutes } from './gateway/gateway-routes.ts';
import { gatewayAuth } from './gateway-auth.ts';
import { healthRoutes, metricsRoute } from './health-routes.ts';
import { openapiRoutes } from './openapi-routes.ts';
import { apiTokenRoutes } from './operator/api-token-routes.ts';
import { backupRoutes } from './operator/backup-routes.ts';
import { batchingRoutes } from './operator/batching-routes.ts';
import { deadLetterRoutes } from './operator/dead-letter-routes.ts';
import { destinationRoutes } from './operator/destination-routes.ts';
import { feedLifeRoutes } from './operator/feed-life-routes.ts';
import { feedRoutes } from './operator/feed-routes.ts';
import { fileRoutes } from './operator/file-routes.ts';
import { historyRoutes } from './operator/history-routes.ts';
import { ingestRoutes } from './operator/ingest-routes.ts';
import { pluginRoutes } from './operator/plugin-routes.ts';
import { policyRoutes } from './operator/policy-routes.ts';
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
/** How long the headers of a request may take, and then its body. */
const REQUEST_TIMEOUT_MS = 60_000;
const MAX_PARAM_LENGTH = 1_000;
const ADDRESS_FAULTS: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'each % must have two hexadecimal digits behind it, and what they stand for must be UTF-8.',
  FST_ERR_MAX_PARAM_LENGTH: `no name or id in it may be longer than ${MAX_PARAM_LENGTH.toLocaleString('en')} characters.`,
};
const OPERATOR_ROUTES = [
  pluginRoutes,
  batchingRoutes,
  policyRoutes,
  throttlingRoutes,
  workerCredentialsRoutes,
  segmentRoutes,
  feedRoutes,
  feedLifeRoutes,
  destinationRoutes,
  apiTokenRoutes,
  statisticsRoutes,
  deadLetterRoutes,
  historyRoutes,
  backupRoutes,
  signOutRoute,
  overviewRoute,
  auditRoute,
  eventRoutes,
];

/** The platform's HTTP server: the operator API, the plugins' gateway and the console, on one port. */
export function buildServer(services: Services, logger: Logger): FastifyInstance {
  const requestTimeoutMs = services.stalledMs ?? REQUEST_TIMEOUT_MS;
  const server = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // Operators and plugins read some of the same addresses and are answered differently; HTTP Basic is the plugins'.
    rewriteUrl: (request) => (isBasic(request) ? GATEWAY + request.url : (request.url ?? '/')),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    forceCloseConnections: 'idle',
    clientErrorHandler: clientErrorHandler(logger),
    // Their messages repeat the address; what was in it stays out of answer and log.
    frameworkErrors: (error, request, reply) => handleError(unreadable(error.code), request as never, reply as never),
    http: { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: Math.min(requestTimeoutMs, 5_000) },
  });
  bodyDeadline(server as unknown as FastifyInstance, requestTimeoutMs, services.closing);
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
  server.register(async (scope) => consoleRoutes(scope as unknown as FastifyInstance, services.consoleDir));
  const auth = operatorAuth(services);
  const audit = writeAudit(services);
  server.register(async (scope) => {
    scope.addHook('onRequest', auth);
    metricsRoute(scope as unknown as FastifyInstance, services);
  });
  server.register(
    async (scope) => {
      scope.addHook('preSerialization', audit);
      signInRoutes(scope as unknown as RouteApp, services);
    },
    { prefix: '/v1' },
  );
  server.register(
    async (scope) => {
      scope.addHook('onRequest', auth);
      scope.addHook('onRequest', notForCaches);
      scope.addHook('preSerialization', audit);
      scope.setNotFoundHandler(notFound);
      services.etags.addTo(scope as unknown as FastifyInstance);
      for (const routes of OPERATOR_ROUTES) routes(scope as unknown as RouteApp, services);
      scope.register(async (stream) => ingestRoutes(stream as unknown as RouteApp, services));
      scope.register(async (files) => fileRoutes(files as unknown as RouteApp, services));
    },
    { prefix: '/v1' },
  );
  server.register(
    async (scope) => {
      scope.addHook('onRequest', gatewayAuth(services.configuration.workerCredentials, services.failures));
      scope.setNotFoundHandler(notFound);
      gatewayRoutes(scope as unknown as RouteApp, services);
      gatewayResourceRoutes(scope as unknown as RouteApp, services);
      scope.register(async (files) => gatewayFileRoutes(files as unknown as RouteApp, services));
    },
    { prefix: `${GATEWAY}/v1` },
  );
  return server as unknown as FastifyInstance;
}

/** Answers are an operator's own; with a session cookie a browser would otherwise keep them. */
async function notForCaches(_request: unknown, reply: FastifyReply): Promise<void> {
  reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
}

function unreadable(code: string): PlatformError {
  return new PlatformError('INVALID', `The address of the request: ${ADDRESS_FAULTS[code] ?? 'it cannot be read.'}`);
}

function notFound(request: { method: string; originalUrl: string }): never {
  const [path] = request.originalUrl.split('?');
  throw new PlatformError('NOT_FOUND', `There is no route ${request.method} ${path}.`);
}
