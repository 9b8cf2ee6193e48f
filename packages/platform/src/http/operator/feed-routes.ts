import {
  type CreateFeed,
  createFeedSchema,
  feedResourceSchema,
  feedStatisticsSchema,
  listWrapperSchema,
  pageQuerySchema,
  propertyDefinitionSchema,
  putPropertySchema,
  resourceWrapperSchema,
  wholeListQuerySchema,
} from '@batchfeed/schemas';
import { z } from 'zod';
import type { Configuration } from '../../config/configuration.ts';
import { masked } from '../../config/secret-properties.ts';
import { found, PlatformError } from '../../platform-error.ts';
import { ifMatchHeaders } from '../etags.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { listOk, ok, wholeList } from '../wrappers.ts';

const PATH = '/audience_segment_external_feeds';
export const feedParams = z.object({ feed_id: z.string() });
const propertyParams = feedParams.extend({ technical_name: z.string().min(1).max(255) });
const feed = { 200: resourceWrapperSchema(feedResourceSchema) };
const statistics = { 200: resourceWrapperSchema(feedStatisticsSchema) };

/** `/audience_segment_external_feeds`: feeds, their properties, their life and what became of their updates. */
export function feedRoutes(app: RouteApp, { configuration, pipeline, views, etags, now }: Services): void {
  const { feeds, feedProperties } = configuration;
  const statisticsOf = (feedId: string) => ({
    ...pipeline.statistics(feedId),
    circuit: views.circuit(feedId),
    backlog: views.backlog(feedId),
  });

  app.post(PATH, { schema: { body: createFeedSchema, response: feed } }, async ({ body }) => {
    const { segment, version } = findBound(configuration, body);
    return ok(feeds.create(segment, version, body, now()));
  });
  app.get(
    PATH,
    { schema: { querystring: pageQuerySchema, response: { 200: listWrapperSchema(feedResourceSchema) } } },
    async ({ query }) => listOk(feeds.list(query), query),
  );
  app.get(`${PATH}/:feed_id`, { schema: { params: feedParams, response: feed } }, async ({ params }) => {
    return ok(views.whole(findFeed(configuration, params)));
  });

  app.get(
    `${PATH}/:feed_id/properties`,
    {
      schema: {
        params: feedParams,
        querystring: wholeListQuerySchema,
        response: { 200: listWrapperSchema(propertyDefinitionSchema) },
      },
    },
    async ({ params, query }) => wholeList(feedProperties.list(findFeed(configuration, params).id).map(masked), query),
  );
  app.put(
    `${PATH}/:feed_id/properties/technical_name=:technical_name`,
    {
      schema: {
        params: propertyParams,
        headers: ifMatchHeaders,
        body: putPropertySchema,
        response: { 200: resourceWrapperSchema(propertyDefinitionSchema) },
      },
    },
    async (request, reply) => {
      const { feed_id, technical_name: name } = request.params;
      const { id } = findFeed(configuration, { feed_id });
      const present = feedProperties.list(id).find(({ technical_name }) => technical_name === name);
      etags.mustMatch(request, present ?? {});
      const property = feedProperties.put(id, name, request.body);
      // Of the value as it is: a secret that changed is another one although it looks the same.
      reply.header('etag', etags.of(property));
      return ok(masked(property));
    },
  );
  app.get(
    `${PATH}/:feed_id/properties/technical_name=:technical_name`,
    { schema: { params: propertyParams, response: { 200: resourceWrapperSchema(propertyDefinitionSchema) } } },
    async ({ params: { feed_id, technical_name: name } }, reply) => {
      const { id } = findFeed(configuration, { feed_id });
      const listed = feedProperties.list(id).find(({ technical_name }) => technical_name === name);
      const property = found(listed, `property ${name} of feed ${id}`);
      reply.header('etag', etags.of(property));
      return ok(masked(property));
    },
  );

  app.post(
    `${PATH}/:feed_id/drain`,
    { schema: { params: feedParams, headers: ifMatchHeaders, response: statistics } },
    async (request) => {
      const feed = findFeed(configuration, request.params);
      etags.mustMatch(request, feed);
      await pipeline.drain(feed.id);
      return ok({ ...statisticsOf(feed.id), waits_for: views.waits(feed.id) });
    },
  );
  app.get(`${PATH}/:feed_id/statistics`, { schema: { params: feedParams, response: statistics } }, async ({ params }) =>
    ok(statisticsOf(findFeed(configuration, params).id)),
  );
}

export function findFeed({ feeds }: Configuration, { feed_id }: { feed_id: string }) {
  return found(feeds.get(feed_id), `feed ${feed_id}`);
}

/** What a new feed binds together. Names in a body that lead nowhere are the request's fault: 400, not 404. */
function findBound({ segments, plugins, versions, feedDestinations }: Configuration, body: CreateFeed) {
  const segment = segments.get(body.segment_id);
  if (segment === undefined) throw new PlatformError('INVALID', `segment_id: there is no segment ${body.segment_id}.`);
  const plugin = plugins.get(body.plugin_id);
  if (plugin === undefined) throw new PlatformError('INVALID', `plugin_id: there is no plugin ${body.plugin_id}.`);
  if (plugin.plugin_type !== 'AUDIENCE_SEGMENT_EXTERNAL_FEED') {
    throw new PlatformError(
      'INVALID',
      `plugin_id: plugin ${plugin.id} is of type ${plugin.plugin_type}; a feed needs AUDIENCE_SEGMENT_EXTERNAL_FEED.`,
    );
  }
  const version = versions.get(plugin.id, body.plugin_version_id);
  if (version === undefined) {
    throw new PlatformError(
      'INVALID',
      `plugin_version_id: plugin ${plugin.id} has no version ${body.plugin_version_id}.`,
    );
  }
  if (version.status === 'ARCHIVED') {
    throw new PlatformError('INVALID', `plugin_version_id: version ${version.version_id} is archived. Choose another.`);
  }
  const destinationId = body.feed_destination_id;
  if (destinationId !== undefined && feedDestinations.get(destinationId) === undefined) {
    throw new PlatformError('INVALID', `feed_destination_id: there is no feed destination ${destinationId}.`);
  }
  return { segment, version };
}
