import {
  arrivalSchema,
  explainAnswerSchema,
  explainQuerySchema,
  feedLedgerSchema,
  listWrapperSchema,
  recordArrivalsSchema,
  rejectedIdentifiersSchema,
  resourceWrapperSchema,
  sessionStatisticsSchema,
  statisticsHistoryQuerySchema,
  statisticsPeriodSchema,
  statisticsWindowSchema,
  wholeListQuerySchema,
} from '@batchfeed/schemas';
import { z } from 'zod';
import { withHistory } from '../../history/with-history.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok, wholeList } from '../wrappers.ts';
import { feedParams, findFeed } from './feed-routes.ts';

const PATH = '/audience_segment_external_feeds/:feed_id';
const recording = { 200: resourceWrapperSchema(z.object({ max: z.int() })) };

/** What happened to a feed over time, where everything of it is, and what its lines would make under another policy. */
export function statisticsRoutes(app: RouteApp, { configuration, pipeline, history, operations }: Services): void {
  const { recorder, arrivals } = operations;
  const { statistics } = configuration;
  const feedOf = (params: { feed_id: string }) => {
    // What is still in memory belongs to the answer.
    recorder.flush();
    return findFeed(configuration, params);
  };

  app.get(
    `${PATH}/statistics/history`,
    {
      schema: {
        params: feedParams,
        querystring: statisticsHistoryQuerySchema.extend(wholeListQuerySchema.shape),
        response: { 200: listWrapperSchema(statisticsPeriodSchema) },
      },
    },
    async ({ params, query }) => wholeList(statistics.history(feedOf(params).id, query), query),
  );
  app.get(
    `${PATH}/statistics/sessions`,
    {
      schema: {
        params: feedParams,
        querystring: wholeListQuerySchema,
        response: { 200: listWrapperSchema(sessionStatisticsSchema) },
      },
    },
    async ({ params, query }) => wholeList(statistics.sessions(feedOf(params).id), query),
  );
  app.get(
    `${PATH}/statistics/rejected_identifiers`,
    {
      schema: {
        params: feedParams,
        querystring: statisticsWindowSchema.extend(wholeListQuerySchema.shape),
        response: { 200: listWrapperSchema(rejectedIdentifiersSchema) },
      },
    },
    async ({ params, query }) => wholeList(statistics.rejected(feedOf(params).id, query), query),
  );

  app.get(
    `${PATH}/ledger`,
    { schema: { params: feedParams, response: { 200: resourceWrapperSchema(feedLedgerSchema) } } },
    async ({ params }) => ok(pipeline.inquiry.ledger(findFeed(configuration, params).id)),
  );
  app.get(
    `${PATH}/explain`,
    {
      schema: {
        params: feedParams,
        querystring: explainQuerySchema,
        response: { 200: resourceWrapperSchema(explainAnswerSchema) },
      },
    },
    async ({ params, query }) => {
      const feed = findFeed(configuration, params);
      return ok(
        await withHistory(history, feed.id, query, await pipeline.inquiry.explain(feed.id, feed.session_id, query)),
      );
    },
  );

  app.put(
    `${PATH}/arrivals/recording`,
    { schema: { params: feedParams, body: recordArrivalsSchema, response: recording } },
    async ({ params, body }) => {
      arrivals.record(findFeed(configuration, params).id, body.max);
      return ok(body);
    },
  );
  app.get(
    `${PATH}/arrivals`,
    {
      schema: {
        params: feedParams,
        querystring: wholeListQuerySchema,
        response: { 200: listWrapperSchema(arrivalSchema) },
      },
    },
    async ({ params, query }) => wholeList(await arrivals.named(findFeed(configuration, params).id), query),
  );
}
