import { Readable } from 'node:stream';
import {
  deadLetterFilterSchema,
  deadLetterQuerySchema,
  deadLetterResourceSchema,
  listWrapperSchema,
  replayDeadLettersSchema,
  resourceWrapperSchema,
} from '@batchfeed/schemas';
import { z } from 'zod';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { listOk, ok } from '../wrappers.ts';
import { feedParams, findFeed } from './feed-routes.ts';

const PATH = '/audience_segment_external_feeds/:feed_id/dead_letters';
const replayed = { 200: resourceWrapperSchema(z.object({ replayed: z.int() })) };

/** `…/dead_letters`: what a plugin refused for good, to look at, to take away and to send again. */
export function deadLetterRoutes(app: RouteApp, { configuration, pipeline, now }: Services): void {
  const { inquiry } = pipeline;

  app.get(
    PATH,
    {
      schema: {
        params: feedParams,
        querystring: deadLetterQuerySchema,
        response: { 200: listWrapperSchema(deadLetterResourceSchema) },
      },
    },
    async ({ params, query }) => listOk(await inquiry.deadLetters(findFeed(configuration, params).id, query), query),
  );
  app.get(
    `${PATH}/export`,
    { schema: { params: feedParams, querystring: deadLetterFilterSchema } },
    async ({ params, query, operator }, reply) => {
      const feedId = findFeed(configuration, params).id;
      configuration.audit.write({ action: 'export', feedId, target: null, count: null }, operator, now());
      const lines = inquiry.export(feedId, query);
      return reply.type('application/x-ndjson').send(Readable.from(lines, { objectMode: false }));
    },
  );
  app.post(
    `${PATH}/replay`,
    { schema: { params: feedParams, body: replayDeadLettersSchema.nullish(), response: replayed } },
    async ({ params, body }) => ok({ replayed: await inquiry.replay(findFeed(configuration, params).id, body ?? {}) }),
  );
  app.post(
    `${PATH}/:id/replay`,
    { schema: { params: feedParams.extend({ id: z.string() }), response: replayed } },
    async ({ params: { feed_id, id } }) =>
      ok({ replayed: await inquiry.replay(findFeed(configuration, { feed_id }).id, { ids: [id] }) }),
  );
}
