import {
  listWrapperSchema,
  type PropertyDefinition,
  type PutProperty,
  propertyDefinitionSchema,
  putPropertySchema,
  resourceWrapperSchema,
  wholeListQuerySchema,
} from '@batchfeed/schemas';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { found, PlatformError } from '../../platform-error.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok, wholeList } from '../wrappers.ts';

const PATH = '/audience_segment_external_feeds/:feed_id';
const feedParams = z.object({ feed_id: z.string() });
const propertyParams = feedParams.extend({ technical_name: z.string().min(1).max(255) });
/** Plugins send back whole properties; only type and value are theirs to set. */
const sentPropertySchema = putPropertySchema.loose();
const property = { 200: resourceWrapperSchema(propertyDefinitionSchema) };

/** What plugins read and write of their feeds (§3). A plugin version sees its own feeds; others do not exist for it. */
export function gatewayRoutes(app: RouteApp, { configuration }: Services): void {
  const { feeds, feedProperties, segments } = configuration;
  const findOwn = (request: FastifyRequest, feedId: string) => {
    const feed = feeds.get(feedId);
    return found(feed?.plugin_version_id === request.pluginVersionId ? feed : undefined, `feed ${feedId}`);
  };
  const putOwn = (request: FastifyRequest, feedId: string, name: string, { property_type, value }: PutProperty) => {
    const { id } = findOwn(request, feedId);
    const present = feedProperties.list(id).find(({ technical_name }) => technical_name === name);
    const sent = { property_type, value };
    mustNameNoOtherFile(name, sent, present);
    return ok(feedProperties.put(id, name, sent));
  };

  app.get(PATH, { schema: { params: feedParams } }, async (request) => ok(findOwn(request, request.params.feed_id)));

  app.get(
    `${PATH}/properties`,
    {
      schema: {
        params: feedParams,
        querystring: wholeListQuerySchema,
        response: { 200: listWrapperSchema(propertyDefinitionSchema) },
      },
    },
    async (request) => wholeList(feedProperties.list(findOwn(request, request.params.feed_id).id), request.query),
  );
  app.post(
    `${PATH}/properties`,
    {
      schema: {
        params: feedParams,
        body: sentPropertySchema.extend({ technical_name: z.string().min(1).max(255) }),
        response: property,
      },
    },
    async (request) => putOwn(request, request.params.feed_id, request.body.technical_name, request.body),
  );
  app.put(
    `${PATH}/properties/technical_name=:technical_name`,
    { schema: { params: propertyParams, body: sentPropertySchema, response: property } },
    async (request) => putOwn(request, request.params.feed_id, request.params.technical_name, request.body),
  );

  app.get(`${PATH}/audience_segment`, { schema: { params: feedParams } }, async (request) => {
    const feed = findOwn(request, request.params.feed_id);
    const segment = found(segments.get(feed.segment_id), `segment ${feed.segment_id}`);
    // Fields plugins are promised, and which a segment of this platform does not have.
    return ok({ short_description: '', technical_name: '', provider_name: 'batchfeed', persisted: true, ...segment });
  });
}

/** A plugin reads the data files that properties of its feeds name, so which those are is not for it to say. */
function mustNameNoOtherFile(name: string, sent: PutProperty, present: PropertyDefinition | undefined): void {
  if (sent.property_type !== 'DATA_FILE') return;
  if (present?.property_type === 'DATA_FILE' && present.value.uri === sent.value.uri) return;
  throw new PlatformError(
    'FORBIDDEN',
    `The property ${name} would name a data file that it does not name yet. Which data files a plugin reads is for operators to say.`,
  );
}
