import {
  listWrapperSchema,
  resourceWrapperSchema,
  type ThrottlingResource,
  throttlingResourceSchema,
  throttlingSchema,
  wholeListQuerySchema,
} from '@batchfeed/schemas';
import { z } from 'zod';
import { found } from '../../platform-error.ts';
import { ifMatchHeaders } from '../etags.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok, wholeList } from '../wrappers.ts';
import { findVersion, versionParams } from './find-version.ts';

const PATH = '/plugins/:plugin_id/versions/:version_id/throttlings';
const params = z.object(versionParams);
const oneParams = params.extend({ id: z.string() });
const throttling = { 200: resourceWrapperSchema(throttlingResourceSchema) };

/** `…/throttlings`: limits on the calls of a plugin version, in force for the next call (§2). */
export function throttlingRoutes(app: RouteApp, { configuration, pipeline, etags }: Services): void {
  const { throttlings } = configuration;

  app.post(PATH, { schema: { params, body: throttlingSchema, response: throttling } }, async ({ params, body }) => {
    const created = throttlings.create(findVersion(configuration, params).id, body);
    pipeline.configurationChanged();
    return ok(created);
  });
  app.get(
    PATH,
    {
      schema: {
        params,
        querystring: wholeListQuerySchema,
        response: { 200: listWrapperSchema(throttlingResourceSchema) },
      },
    },
    async ({ params, query }) => wholeList(throttlings.list(findVersion(configuration, params).id), query),
  );
  app.get(`${PATH}/:id`, { schema: { params: oneParams, response: throttling } }, async ({ params }) =>
    ok(found(throttlings.get(findVersion(configuration, params).id, params.id), describe(params.id))),
  );
  app.put(
    `${PATH}/:id`,
    { schema: { params: oneParams, headers: ifMatchHeaders, body: throttlingSchema, response: throttling } },
    async (request) => {
      const { params, body } = request;
      const { id: versionId } = findVersion(configuration, params);
      etags.mustMatch(request, found(throttlings.get(versionId, params.id), describe(params.id)));
      const updated = throttlings.update(versionId, params.id, body) as ThrottlingResource;
      pipeline.configurationChanged();
      return ok(updated);
    },
  );
  app.delete(`${PATH}/:id`, { schema: { params: oneParams, headers: ifMatchHeaders } }, async (request) => {
    const { params } = request;
    const { id: versionId } = findVersion(configuration, params);
    etags.mustMatch(request, found(throttlings.get(versionId, params.id), describe(params.id)));
    throttlings.delete(versionId, params.id);
    pipeline.configurationChanged();
    return ok({});
  });
}

function describe(id: string): string {
  return `throttling ${id} of this version`;
}
