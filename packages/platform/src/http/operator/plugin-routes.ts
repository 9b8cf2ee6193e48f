import {
  createPluginSchema,
  createVersionSchema,
  listWrapperSchema,
  pageQuerySchema,
  pluginResourceSchema,
  resourceWrapperSchema,
  type UpdateVersion,
  updateVersionSchema,
  versionResourceSchema,
} from '@batchfeed/schemas';
import { z } from 'zod';
import { checkBaseUrl } from '../../plugin/check-base-url.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { listOk, ok } from '../wrappers.ts';
import { findPlugin, findVersion, pluginParams, versionParams } from './find-version.ts';

const plugin = { 200: resourceWrapperSchema(pluginResourceSchema) };
const version = { 200: resourceWrapperSchema(versionResourceSchema) };

/** `/plugins` and `/plugins/:plugin_id/versions` (§2). */
export function pluginRoutes(app: RouteApp, { configuration, pipeline }: Services): void {
  const { plugins, versions } = configuration;

  app.post('/plugins', { schema: { body: createPluginSchema, response: plugin } }, async ({ body }) =>
    ok(plugins.create(body)),
  );
  app.get(
    '/plugins',
    { schema: { querystring: pageQuerySchema, response: { 200: listWrapperSchema(pluginResourceSchema) } } },
    async ({ query }) => listOk(plugins.list(query), query),
  );
  app.get('/plugins/:plugin_id', { schema: { params: z.object(pluginParams), response: plugin } }, async ({ params }) =>
    ok(findPlugin(configuration, params)),
  );

  app.post(
    '/plugins/:plugin_id/versions',
    { schema: { params: z.object(pluginParams), body: createVersionSchema, response: version } },
    async ({ params, body }) => ok(versions.create(findPlugin(configuration, params).id, checked(body))),
  );
  app.get(
    '/plugins/:plugin_id/versions',
    {
      schema: {
        params: z.object(pluginParams),
        querystring: pageQuerySchema,
        response: { 200: listWrapperSchema(versionResourceSchema) },
      },
    },
    async ({ params, query }) => listOk(versions.list(query, findPlugin(configuration, params).id), query),
  );
  app.get(
    '/plugins/:plugin_id/versions/:version_id',
    { schema: { params: z.object(versionParams), response: version } },
    async ({ params }) => ok(findVersion(configuration, params)),
  );
  app.put(
    '/plugins/:plugin_id/versions/:version_id',
    { schema: { params: z.object(versionParams), body: updateVersionSchema, response: version } },
    async ({ params, body }) => {
      const updated = versions.update(findVersion(configuration, params), checked(body));
      pipeline.configurationChanged();
      return ok(updated);
    },
  );
}

function checked<T extends Pick<UpdateVersion, 'base_url'>>(body: T): T {
  return body.base_url === undefined ? body : { ...body, base_url: checkBaseUrl(body.base_url) };
}
