import {
  feedDestinationCredentialsSchema,
  listWrapperSchema,
  resourceWrapperSchema,
  userAgentIdentifierRealmSelectionSchema,
  wholeListQuerySchema,
} from '@batchfeed/schemas';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { found, PlatformError } from '../../platform-error.ts';
import { bytesOf, FILE_BODY, sendBytes, takeBytes } from '../binary-bodies.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok, wholeList } from '../wrappers.ts';

const CREDENTIALS = '/feed_destinations/:id/credentials';
const destinationParams = z.object({ id: z.string() });
const credentials = { 200: resourceWrapperSchema(feedDestinationCredentialsSchema) };
const datamartParams = z.object({ datamart_id: z.string() });
const REALMS = '/datamarts/:datamart_id/user_agent_identifier_realm_selections';
const FILE = '/configuration/technical_name=:technical_name';
const fileParams = z.object({ technical_name: z.string().min(1).max(255) });

/** What plugins read and write beside their feeds (§3): only what belongs to one of them exists for a version. */
export function gatewayResourceRoutes(app: RouteApp, { configuration }: Services): void {
  const { feeds, feedDestinations, realmSelections } = configuration;
  const ownDestination = (request: FastifyRequest, id: string) =>
    found(feedDestinations.isUsedBy(id, request.pluginVersionId) ? id : undefined, `feed destination ${id}`);

  app.get(CREDENTIALS, { schema: { params: destinationParams, response: credentials } }, async (request) => {
    const id = ownDestination(request, request.params.id);
    return ok(found(feedDestinations.credentials(id), `credentials of feed destination ${id}`));
  });
  app.post(
    CREDENTIALS,
    { schema: { params: destinationParams, body: feedDestinationCredentialsSchema, response: credentials } },
    async (request) => {
      const id = ownDestination(request, request.params.id);
      feedDestinations.setCredentials(id, request.body);
      return ok(request.body);
    },
  );
  app.get(
    REALMS,
    {
      schema: {
        params: datamartParams,
        querystring: wholeListQuerySchema,
        response: { 200: listWrapperSchema(userAgentIdentifierRealmSelectionSchema) },
      },
    },
    async (request) => {
      const { datamart_id: id } = request.params;
      const own = feeds.ofVersion(request.pluginVersionId).some(({ datamart_id }) => datamart_id === id);
      return wholeList(realmSelections.list(found(own ? id : undefined, `datamart ${id}`)), request.query);
    },
  );
}

/** Files: a version's configuration, and the data files its feeds' properties name. */
export function gatewayFileRoutes(app: RouteApp, { configuration, now }: Services): void {
  takeBytes(app);
  const { feeds, feedProperties, files } = configuration;

  app.get(FILE, { schema: { params: fileParams } }, async (request, reply) => {
    const { technical_name: name } = request.params;
    const content = files.configuration(request.pluginVersionId, name);
    return sendBytes(reply as never, found(content, `configuration file ${name}`));
  });
  app.put(FILE, { ...FILE_BODY, schema: { params: fileParams } }, async (request) =>
    ok(files.putConfiguration(request.pluginVersionId, request.params.technical_name, bytesOf(request.body), now())),
  );
  app.get(
    '/data_file/data',
    { schema: { querystring: z.object({ uri: z.string().min(1).max(2_048) }) } },
    async (request, reply) => {
      const { uri } = request.query;
      const isNamed = feeds
        .ofVersion(request.pluginVersionId)
        .flatMap(({ id }) => feedProperties.list(id))
        .some(({ property_type, value }) => property_type === 'DATA_FILE' && value.uri === uri);
      if (!isNamed) throw new PlatformError('NOT_FOUND', `There is no data file ${uri}.`);
      return sendBytes(reply as never, found(files.data(uri), `data file ${uri}`));
    },
  );
}
