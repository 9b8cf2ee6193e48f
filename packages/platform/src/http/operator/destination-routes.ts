import {
  createFeedDestinationSchema,
  feedDestinationResourceSchema,
  listWrapperSchema,
  pageQuerySchema,
  putCredentialsSchema,
  putRealmSelectionsSchema,
  resourceWrapperSchema,
  userAgentIdentifierRealmSelectionSchema,
} from '@batchfeed/schemas';
import { z } from 'zod';
import { found } from '../../platform-error.ts';
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
export function destinationRoutes(app: RouteApp, { configuration, now }: Services): void {
  const { feedDestinations, realmSelections } = configuration;
  const find = (id: string) => found(feedDestinations.get(id), `feed destination ${id}`);

  app.post(PATH, { schema: { body: createFeedDestinationSchema, response: destination } }, async ({ body }) =>
    ok(feedDestinations.create(body, now())),
  );
  app.get(
    PATH,
    { schema: { querystring: pageQuerySchema, response: { 200: listWrapperSchema(feedDestinationResourceSchema) } } },
    async ({ query }) => listOk(feedDestinations.list(query), query),
  );
  app.get(`${PATH}/:id`, { schema: { params, response: destination } }, async ({ params }) => ok(find(params.id)));
  app.put(
    `${PATH}/:id/credentials`,
    { schema: { params, body: putCredentialsSchema, response: destination } },
    async ({ params: { id }, body }) => {
      feedDestinations.setCredentials(find(id).id, body);
      return ok(find(id));
    },
  );

  app.get(REALMS, { schema: { params: datamartParams, response: realms } }, async ({ params }) =>
    wholeList(realmSelections.list(params.datamart_id)),
  );
  app.put(
    REALMS,
    { schema: { params: datamartParams, body: putRealmSelectionsSchema, response: realms } },
    async ({ params, body }) => {
      realmSelections.put(params.datamart_id, body);
      return wholeList(realmSelections.list(params.datamart_id));
    },
  );
}
