import { type FeedResource, feedResourceSchema, resourceWrapperSchema, updateFeedSchema } from '@batchfeed/schemas';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { ifMatchHeaders } from '../etags.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok } from '../wrappers.ts';
import { feedParams, findFeed } from './feed-routes.ts';

const PATH = '/audience_segment_external_feeds/:feed_id';
const feed = { 200: resourceWrapperSchema(feedResourceSchema) };
/** 202: the plugin does not answer, and its connection call is made when it does. Updates are taken meanwhile. */
const going = { ...feed, 202: resourceWrapperSchema(feedResourceSchema) };
const removal = z.object({ mode: z.enum(['drain', 'discard']).default('drain') });

/** What changes a feed as a whole: its life from activation to deletion, its name and its options. */
export function feedLifeRoutes(app: RouteApp, services: Services): void {
  const { configuration, lifecycle, pipeline, removals, reconnections, views, etags } = services;
  const setGoing = (started: FeedResource, reply: FastifyReply) => {
    pipeline.configurationChanged(started.id);
    if (!pipeline.isHeld(started.id)) pipeline.resume(started.id);
    reconnections.start(started.id);
    const whole = views.whole(started);
    if (whole.waits_for?.some((wait) => wait.for === 'connection')) reply.code(202);
    return ok(whole);
  };

  app.post(
    `${PATH}/activate`,
    { schema: { params: feedParams, headers: ifMatchHeaders, response: going } },
    async (request, reply) => {
      etags.mustMatch(request, findFeed(configuration, request.params));
      const activated = await lifecycle.activate(request.params.feed_id);
      return setGoing(activated, reply);
    },
  );
  app.post(
    `${PATH}/resume`,
    { schema: { params: feedParams, headers: ifMatchHeaders, response: going } },
    async (request, reply) => {
      etags.mustMatch(request, findFeed(configuration, request.params));
      const resumed = await lifecycle.resume(request.params.feed_id);
      return setGoing(resumed, reply);
    },
  );
  app.post(
    `${PATH}/pause`,
    { schema: { params: feedParams, headers: ifMatchHeaders, response: feed } },
    async (request) => {
      etags.mustMatch(request, findFeed(configuration, request.params));
      const paused = lifecycle.pause(request.params.feed_id);
      reconnections.drop(paused.id);
      pipeline.configurationChanged(paused.id);
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
      pipeline.configurationChanged(updated.id);
      return ok(updated);
    },
  );
  app.delete(
    PATH,
    { schema: { params: feedParams, headers: ifMatchHeaders, querystring: removal, response: feed } },
    async (request) => {
      etags.mustMatch(request, findFeed(configuration, request.params));
      const leaving = lifecycle.remove(request.params.feed_id, request.query.mode);
      reconnections.drop(leaving.id);
      removals.start(leaving.id);
      return ok(views.whole(leaving));
    },
  );
}
