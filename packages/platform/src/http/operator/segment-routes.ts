import {
  createSegmentSchema,
  listWrapperSchema,
  pageQuerySchema,
  resourceWrapperSchema,
  segmentResourceSchema,
} from '@batchfeed/schemas';
import { z } from 'zod';
import { found } from '../../platform-error.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { listOk, ok } from '../wrappers.ts';

const segment = { 200: resourceWrapperSchema(segmentResourceSchema) };

/** `/audience_segments`. */
export function segmentRoutes(app: RouteApp, { configuration: { segments } }: Services): void {
  app.post('/audience_segments', { schema: { body: createSegmentSchema, response: segment } }, async ({ body }) =>
    ok(segments.create(body)),
  );
  app.get(
    '/audience_segments',
    { schema: { querystring: pageQuerySchema, response: { 200: listWrapperSchema(segmentResourceSchema) } } },
    async ({ query }) => listOk(segments.list(query), query),
  );
  app.get(
    '/audience_segments/:segment_id',
    { schema: { params: z.object({ segment_id: z.string() }), response: segment } },
    async ({ params }) => ok(found(segments.get(params.segment_id), `segment ${params.segment_id}`)),
  );
}
