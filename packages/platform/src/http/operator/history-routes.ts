import {
  type BatchDetail,
  type BatchLinesQuery,
  batchDetailSchema,
  batchLinesQuerySchema,
  batchPageSchema,
  batchQuerySchema,
  resourceWrapperSchema,
  revealBatchSchema,
  revealedLinesSchema,
  type UserSearchAnswer,
  userSearchAnswerSchema,
  userSearchSchema,
} from '@batchfeed/schemas';
import { z } from 'zod';
import { explainBatch } from '../../history/explain-batch.ts';
import type { FoundLine } from '../../history/history-protocol.ts';
import { batchAttempt, batchSummary, historyGaps, incompleteBefore } from '../../history/history-resources.ts';
import { maskContent } from '../../history/mask.ts';
import { userKey } from '../../ingest/user-key.ts';
import { found, PlatformError } from '../../platform-error.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok } from '../wrappers.ts';
import { feedParams, findFeed } from './feed-routes.ts';

const PATH = '/audience_segment_external_feeds/:feed_id/batches';
const batchParams = feedParams.extend({ batch_id: z.string().max(255) });

/** What became of batches and users that the engine has forgotten: `…/batches` and `/user_search`. */
export function historyRoutes(app: RouteApp, services: Services): void {
  const { configuration, pipeline, history, operations } = services;
  const { trace } = operations;

  const findBatch = async (params: { feed_id: string; batch_id: string }) => {
    const feed = findFeed(configuration, params);
    const batch = await history.batch(feed.id, params.batch_id);
    return { feed, batch: found(batch, `batch ${params.batch_id} in the history of feed ${feed.id}`) };
  };

  app.get(
    PATH,
    { schema: { params: feedParams, querystring: batchQuerySchema, response: { 200: batchPageSchema } } },
    async ({ params, query }) => {
      const feed = findFeed(configuration, params);
      const { batches, next } = await history.list(feed.id, query);
      const extent = await history.extent();
      return {
        status: 'ok' as const,
        count: batches.length,
        next,
        data: batches,
        incomplete_before_ts: incompleteBefore(extent, feed.created_ts),
        gaps: historyGaps(extent),
      };
    },
  );

  app.get(
    `${PATH}/:batch_id`,
    {
      schema: {
        params: batchParams,
        querystring: batchLinesQuerySchema,
        response: { 200: resourceWrapperSchema(batchDetailSchema) },
      },
    },
    async ({ params, query }) => {
      const { feed, batch } = await findBatch(params);
      const { batch_id: id } = params;
      const [now] = (await pipeline.inquiry.explain(feed.id, undefined, { batch: id })).found;
      const lines = await history.lines(batch.row.id, query);
      const summary = batchSummary(id, batch.row);
      return ok<BatchDetail>({
        ...summary,
        attempt_list: batch.tries.map(batchAttempt),
        lines_kept: lines !== undefined,
        line_list: (lines ?? []).map((line, index) => lineResource(line, query.first_line + index, feed.id)),
        explanation: explainBatch(summary, now, lines !== undefined),
      });
    },
  );
  const lineResource = ({ content, user, bytes }: FoundLine, number: number, feedId: string) => ({
    number,
    trace: user === null ? null : trace(feedId, user),
    bytes,
    content: maskContent(content),
  });

  app.post(
    `${PATH}/:batch_id/reveal`,
    {
      schema: {
        params: batchParams,
        body: revealBatchSchema.nullish(),
        response: { 200: resourceWrapperSchema(revealedLinesSchema) },
      },
    },
    async (request) => {
      const { batch } = await findBatch(request.params);
      const { batch_id: id } = request.params;
      const query: BatchLinesQuery = request.body ?? revealBatchSchema.parse({});
      const lines = await history.lines(batch.row.id, query);
      if (lines === undefined) {
        throw new PlatformError('NOT_FOUND', `The contents of batch ${id} are not kept (any more).`);
      }
      return ok({ lines: lines.map(({ content }, index) => ({ number: query.first_line + index, content })) });
    },
  );

  app.post(
    '/user_search',
    { schema: { body: userSearchSchema, response: { 200: resourceWrapperSchema(userSearchAnswerSchema) } } },
    async ({ body }) => {
      const { user, feed_id: asked } = body;
      if (asked !== undefined) findFeed(configuration, { feed_id: asked });
      const key = userKey([typeof user === 'string' ? { type: 'USER_POINT', user_point_id: user } : user]);
      const { feeds: events, more } = await history.user(key, asked);
      const extent = await history.extent();
      const feeds: UserSearchAnswer['feeds'] = [];
      for (const id of asked === undefined ? configuration.feeds.ids() : [asked]) {
        const waiting = pipeline.isAtRest(id) ? [] : await pipeline.inquiry.waiting(id, key);
        const ofFeed = events.get(id) ?? [];
        if (asked === undefined && ofFeed.length === 0 && waiting.length === 0) continue;
        const { created_ts: createdAt } = findFeed(configuration, { feed_id: id });
        const incomplete = incompleteBefore(extent, createdAt);
        feeds.push({
          feed_id: id,
          trace: trace(id, key),
          events: ofFeed,
          more,
          waiting,
          incomplete_before_ts: incomplete,
        });
      }
      return ok({ feeds, gaps: historyGaps(extent) });
    },
  );
}
