import { Readable } from 'node:stream';
import {
  type BatchLine,
  type BatchLinesQuery,
  batchLinesQuerySchema,
  type DeadLetterResource,
  deadLetterDetailSchema,
  deadLetterFilterSchema,
  deadLetterGroupSchema,
  deadLetterQuerySchema,
  deadLetterResourceSchema,
  listWrapperSchema,
  replayDeadLettersSchema,
  resourceWrapperSchema,
  revealBatchSchema,
  revealedLinesSchema,
  wholeListQuerySchema,
} from '@batchfeed/schemas';
import { z } from 'zod';
import { maskContent, maskText } from '../../history/mask.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { listOk, ok, wholeList } from '../wrappers.ts';
import { feedParams, findFeed } from './feed-routes.ts';

const PATH = '/audience_segment_external_feeds/:feed_id/dead_letters';
const replayed = { 200: resourceWrapperSchema(z.object({ replayed: z.int() })) };
/** Of a single letter, which later lines of its users may have overtaken. */
const confirmation = replayDeadLettersSchema.pick({ confirm: true }).nullish();
const letterParams = feedParams.extend({ id: z.string() });

/** `…/dead_letters`: what a plugin refused for good, to look at, to take away and to send again. */
export function deadLetterRoutes(app: RouteApp, { configuration, pipeline, now }: Services): void {
  const { deadLetters } = pipeline;
  const feedOf = (params: { feed_id: string }) => findFeed(configuration, params).id;

  app.get(
    PATH,
    {
      schema: {
        params: feedParams,
        querystring: deadLetterQuerySchema,
        response: { 200: listWrapperSchema(deadLetterResourceSchema) },
      },
    },
    async ({ params, query }) => {
      const { items, total } = await deadLetters.list(feedOf(params), query);
      return listOk({ items: items.map(masked), total }, query);
    },
  );
  app.get(
    `${PATH}/groups`,
    {
      schema: {
        params: feedParams,
        querystring: wholeListQuerySchema,
        response: { 200: listWrapperSchema(deadLetterGroupSchema) },
      },
    },
    async ({ params, query }) => wholeList(await deadLetters.groups(feedOf(params)), query),
  );
  app.get(
    `${PATH}/export`,
    { schema: { params: feedParams, querystring: deadLetterFilterSchema } },
    async ({ params, query, operator }, reply) => {
      const feedId = feedOf(params);
      configuration.audit.write({ action: 'export', feedId, target: null, count: null }, operator, now());
      const lines = deadLetters.export(feedId, query);
      return reply.type('application/x-ndjson').send(Readable.from(lines, { objectMode: false }));
    },
  );
  app.get(
    `${PATH}/:id`,
    {
      schema: {
        params: letterParams,
        querystring: batchLinesQuerySchema,
        response: { 200: resourceWrapperSchema(deadLetterDetailSchema) },
      },
    },
    async ({ params, query }) => {
      const { resource, lines } = await deadLetters.read(feedOf(params), params.id);
      const shown = part(lines, query).map((line) => ({ ...line, content: maskContent(line.content) }));
      return ok({ ...masked(resource), line_list: shown });
    },
  );

  app.post(
    `${PATH}/:id/reveal`,
    {
      schema: {
        params: letterParams,
        body: revealBatchSchema.nullish(),
        response: { 200: resourceWrapperSchema(revealedLinesSchema) },
      },
    },
    async ({ params, body }) => {
      const { lines } = await deadLetters.read(feedOf(params), params.id);
      const shown = part(lines, body ?? revealBatchSchema.parse({}));
      return ok({ lines: shown.map(({ number, content }) => ({ number, content })) });
    },
  );
  app.post(
    `${PATH}/replay`,
    { schema: { params: feedParams, body: replayDeadLettersSchema.nullish(), response: replayed } },
    async ({ params, body }) => ok({ replayed: await deadLetters.replay(feedOf(params), body ?? {}) }),
  );
  app.post(
    `${PATH}/:id/replay`,
    { schema: { params: letterParams, body: confirmation, response: replayed } },
    async ({ params, body }) =>
      ok({ replayed: await deadLetters.replay(feedOf(params), { ids: [params.id], confirm: body?.confirm }) }),
  );
}

/** A letter as everybody may see it who may look: what plugins say may name whom it was about. */
function masked(letter: DeadLetterResource): DeadLetterResource {
  const { reason, excerpt, grouping_key: key } = letter;
  return {
    ...letter,
    reason: maskText(reason),
    ...(excerpt === undefined ? {} : { excerpt: maskText(excerpt) }),
    ...(key === undefined ? {} : { grouping_key: maskText(key) }),
  };
}

function part(lines: readonly BatchLine[], { first_line: first, max_lines: max }: BatchLinesQuery): BatchLine[] {
  return lines.slice(first - 1, first - 1 + max);
}
