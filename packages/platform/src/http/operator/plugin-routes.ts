import {
  checkPluginSchema,
  createPluginSchema,
  createVersionSchema,
  listWrapperSchema,
  pageQuerySchema,
  pluginCheckSchema,
  pluginResourceSchema,
  resourceWrapperSchema,
  type UpdateVersion,
  updateVersionSchema,
  type VersionResource,
  versionResourceSchema,
} from '@batchfeed/schemas';
import { z } from 'zod';
import type { Configuration } from '../../config/configuration.ts';
import { masked } from '../../config/secret-properties.ts';
import { takesUpdates } from '../../feed-lifecycle.ts';
import { PlatformError } from '../../platform-error.ts';
import { checkBaseUrl } from '../../plugin/check-base-url.ts';
import { checkPlugin } from '../../plugin/check-plugin.ts';
import { ifMatchHeaders } from '../etags.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { listOk, ok } from '../wrappers.ts';
import { findPlugin, findVersion, pluginParams, versionParams } from './find-version.ts';

const plugin = { 200: resourceWrapperSchema(pluginResourceSchema) };
const version = { 200: resourceWrapperSchema(versionResourceSchema) };

/** `/plugins` and `/plugins/:plugin_id/versions` (§2). */
export function pluginRoutes(app: RouteApp, { configuration, pipeline, etags, guard }: Services): void {
  const { plugins, versions } = configuration;

  app.post('/plugins', { schema: { body: createPluginSchema, response: plugin } }, async ({ body }) =>
    ok(plugins.create(body)),
  );
  app.get(
    '/plugins',
    { schema: { querystring: pageQuerySchema, response: { 200: listWrapperSchema(pluginResourceSchema) } } },
    async ({ query }) => listOk(plugins.list(query), query),
  );
  app.post(
    '/plugins/check',
    { schema: { body: checkPluginSchema, response: { 200: resourceWrapperSchema(pluginCheckSchema) } } },
    async ({ body }) => ok(await checkPlugin(body.base_url, guard)),
  );
  app.get('/plugins/:plugin_id', { schema: { params: z.object(pluginParams), response: plugin } }, async ({ params }) =>
    ok(findPlugin(configuration, params)),
  );

  app.post(
    '/plugins/:plugin_id/versions',
    { schema: { params: z.object(pluginParams), body: createVersionSchema, response: version } },
    async ({ params, body }) =>
      ok(withoutSecrets(versions.create(findPlugin(configuration, params).id, checked(body)))),
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
    async ({ params, query }) => {
      const { items, total } = versions.list(query, findPlugin(configuration, params).id);
      return listOk({ items: items.map(withoutSecrets), total }, query);
    },
  );
  app.get(
    '/plugins/:plugin_id/versions/:version_id',
    { schema: { params: z.object(versionParams), response: version } },
    async ({ params }) => ok(withoutSecrets(findVersion(configuration, params))),
  );
  app.put(
    '/plugins/:plugin_id/versions/:version_id',
    {
      schema: {
        params: z.object(versionParams),
        headers: ifMatchHeaders,
        body: updateVersionSchema,
        response: version,
      },
    },
    async (request) => {
      const present = findVersion(configuration, request.params);
      etags.mustMatch(request, withoutSecrets(present));
      const body = checked(request.body);
      if (body.status === 'ARCHIVED') mustBeUnused(configuration, present);
      const updated = versions.update(present, body);
      pipeline.configurationChanged();
      return ok(withoutSecrets(updated));
    },
  );
}

/** A version as operators see it: its properties may hold secrets, too. */
function withoutSecrets(version: VersionResource): VersionResource {
  return { ...version, plugin_properties: version.plugin_properties.map(masked) };
}

/** An archived version sends nothing, so no feed may be left that should. */
function mustBeUnused({ feeds }: Configuration, version: VersionResource): void {
  const active = feeds.ofVersion(version.id).filter(({ status }) => takesUpdates(status));
  if (active.length === 0) return;
  const ids = active.slice(0, 5).map(({ id }) => id);
  throw new PlatformError(
    'CONFLICT',
    `status: ${active.length} feeds of version ${version.version_id} are active (${ids.join(', ')}${active.length > 5 ? ', …' : ''}). Pause or delete them first.`,
  );
}

function checked<T extends Pick<UpdateVersion, 'base_url'>>(body: T): T {
  return body.base_url === undefined ? body : { ...body, base_url: checkBaseUrl(body.base_url) };
}
