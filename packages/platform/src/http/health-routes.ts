import type { FastifyInstance } from 'fastify';
import type { Services } from './services.ts';

/** What watches the process asks, without a token: is it alive, and can it work? */
export function healthRoutes(app: FastifyInstance, { operations }: Services): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const { reason } = operations.health;
    if (reason === undefined) return { status: 'ok' };
    return reply.code(503).send({ status: 'error', error: reason });
  });
}

/** `/metrics` for Prometheus; it needs a token like everything else that says how much a feed moves. */
export function metricsRoute(app: FastifyInstance, { pipeline }: Services): void {
  app.get('/metrics', async (_request, reply) => {
    const { registry } = pipeline.metrics;
    reply.type(registry.contentType).serializer((text: unknown) => text as string);
    return reply.send(await registry.metrics());
  });
}
