import { auditEntrySchema, auditQuerySchema, listWrapperSchema } from '@batchfeed/schemas';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { listOk } from '../wrappers.ts';
import { auditedAct } from './audited-routes.ts';

/** A `preSerialization` hook that writes down what was done before it is answered: what cannot be, is not answered. */
export function writeAudit({ configuration, now }: Services) {
  return async (request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> => {
    if (reply.statusCode !== 200) return payload;
    const { data } = payload as { data?: unknown };
    const act = auditedAct(request.method, request.routeOptions.url ?? '', request.params, data);
    if (act !== undefined) configuration.audit.write(act, request.operator, now());
    return payload;
  };
}

/** `GET /audit`: who did what. */
export function auditRoute(app: RouteApp, { configuration }: Services): void {
  app.get(
    '/audit',
    { schema: { querystring: auditQuerySchema, response: { 200: listWrapperSchema(auditEntrySchema) } } },
    async ({ query }) => listOk(configuration.audit.list(query), query),
  );
}
