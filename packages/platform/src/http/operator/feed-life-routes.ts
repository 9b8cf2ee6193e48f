import { feedResourceSchema, resourceWrapperSchema, updateFeedSchema } from '@batchfeed/schemas';
import { z } from 'zod';
import { ifMatchHeaders } from '../etags.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok } from '../wrappers.ts';
import { feedParams, findFeed } from './feed-routes.ts';

const PATH = '/audience_segment_external_feeds/:feed_id';
const feed = { 200: resourceWrapperSchema(feedResourceSchema) };
const removal = z.object({ mode: z.enum(['drain', 'discard']).default('drain') });

/** What changes a feed as a whole: its life from activation to deletion, its name and its options. */
export function feedLifeRoutes(app: RouteApp, services: Services): void {
  const { configuration, lifecycle, pipeline, removals, etags } = services;
  const setGoing = (id: string) => {
    pipeline.configurationChanged();
    pipeline.resume(id);
  };

  app.post(
    `${PATH}/activate`,
    { schema: { params: feedParams, headers: ifMatchHeaders, response: feed } },
    async (request) => {
      etags.mustMatch(request, findFeed(configuration, request.params));
      const activated = await lifecycle.activate(request.params.feed_id);
      setGoing(activated.id);
      return ok(activated);
    },
  );
  app.post(
    `${PATH}/resume`,
    { schema: { params: feedParams, headers: ifMatchHeaders, response: feed } },
    async (request) => {
      etags.mustMatch(request, findFeed(configuration, request.params));
      const resumed = await lifecycle.resume(request.params.feed_id);
      setGoing(resumed.id);
      return ok(resumed);
    },
  );
  app.post(
    `${PATH}/pause`,
    { schema: { params: feedParams, headers: ifMatchHeaders, response: feed } },
    async (request) => {
      etags.mustMatch(request, findFeed(configuration, request.params));
      const paused = lifecycle.pause(request.params.feed_id);
      pipeline.configurationChanged();
      pipeline.pause(paused.id);
      return ok(paused);
    },
  );
  app.put(
    PATH,
    { schema: { params: feedParams, headers: ifMatchHeaders, body: updateFeedSchema, response: feed } },
    async (request) => {
      const present = findFeed(configuration, request.params);
      etags.mustMatch(request, present);
      const updated = configuration.feeds.update(present, request.body);
      pipeline.configurationChanged();
      return ok(updated);
    },
  );
  app.delete(
    PATH,
    { schema: { params: feedParams, headers: ifMatchHeaders, querystring: removal, response: feed } },
    async (request) => {
      etags.mustMatch(request, findFeed(configuration, request.params));
      const leaving = lifecycle.remove(request.params.feed_id, request.query.mode);
      removals.start(leaving.id);
      return ok(leaving);
    },
  );
}
