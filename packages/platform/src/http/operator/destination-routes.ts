import {
  createFeedDestinationSchema,
  feedDestinationResourceSchema,
  listWrapperSchema,
  pageQuerySchema,
  putCredentialsSchema,
  putRealmSelectionsSchema,
  resourceWrapperSchema,
  userAgentIdentifierRealmSelectionSchema,
  wholeListQuerySchema,
} from '@batchfeed/schemas';
import { z } from 'zod';
import { found } from '../../platform-error.ts';
import { ifMatchHeaders } from '../etags.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { listOk, ok, wholeList } from '../wrappers.ts';

const PATH = '/feed_destinations';
const REALMS = '/datamarts/:datamart_id/user_agent_identifier_realm_selections';
const params = z.object({ id: z.string() });
const destination = { 200: resourceWrapperSchema(feedDestinationResourceSchema) };
const datamartParams = z.object({
  datamart_id: z.string().regex(/^[0-9]{1,18}$/, 'must be an id, a string of digits'),
});
const realms = { 200: listWrapperSchema(userAgentIdentifierRealmSelectionSchema) };

/** `/feed_destinations` and the realms of datamarts: what plugins read at the gateway and operators set. */
export function destinationRoutes(app: RouteApp, { configuration, etags, now }: Services): void {
  const { feedDestinations, realmSelections } = configuration;
  const find = (id: string) => found(feedDestinations.get(id), `feed destination ${id}`);
  // Credentials that changed are others although they are not shown.
  const whole = (id: string) => ({ ...find(id), credentials: feedDestinations.credentials(id) });

  app.post(PATH, { schema: { body: createFeedDestinationSchema, response: destination } }, async ({ body }) =>
    ok(feedDestinations.create(body, now())),
  );
  app.get(
    PATH,
    { schema: { querystring: pageQuerySchema, response: { 200: listWrapperSchema(feedDestinationResourceSchema) } } },
    async ({ query }) => listOk(feedDestinations.list(query), query),
  );
  app.get(`${PATH}/:id`, { schema: { params, response: destination } }, async ({ params: { id } }, reply) => {
    reply.header('etag', etags.of(whole(id)));
    return ok(find(id));
  });
  app.put(
    `${PATH}/:id/credentials`,
    { schema: { params, headers: ifMatchHeaders, body: putCredentialsSchema, response: destination } },
    async (request, reply) => {
      const { id } = request.params;
      etags.mustMatch(request, whole(id));
      feedDestinations.setCredentials(id, request.body);
      reply.header('etag', etags.of(whole(id)));
      return ok(find(id));
    },
  );

  app.get(
    REALMS,
    { schema: { params: datamartParams, querystring: wholeListQuerySchema, response: realms } },
    async ({ params, query }, reply) => {
      const selections = realmSelections.list(params.datamart_id);
      reply.header('etag', etags.of(selections));
      return wholeList(selections, query);
    },
  );
  app.put(
    REALMS,
    { schema: { params: datamartParams, headers: ifMatchHeaders, body: putRealmSelectionsSchema, response: realms } },
    async (request, reply) => {
      const { datamart_id: id } = request.params;
      etags.mustMatch(request, realmSelections.list(id));
      realmSelections.put(id, request.body);
      const selections = realmSelections.list(id);
      reply.header('etag', etags.of(selections));
      return wholeList(selections, { first_result: 0 });
    },
  );
}
