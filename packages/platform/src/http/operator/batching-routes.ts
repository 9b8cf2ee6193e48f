import {
  type BatchingConfiguration,
  type BatchingConfigurationResource,
  batchingConfigurationResourceSchema,
  batchingConfigurationSchema,
  listWrapperSchema,
  resourceWrapperSchema,
  wholeListQuerySchema,
} from '@batchfeed/schemas';
import { z } from 'zod';
import type { Configuration } from '../../config/configuration.ts';
import { found, PlatformError } from '../../platform-error.ts';
import { ifMatchHeaders } from '../etags.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok, wholeList } from '../wrappers.ts';
import { findPlugin, findVersion, versionParams } from './find-version.ts';

const BATCHABLE_TYPE = 'AUDIENCE_SEGMENT_EXTERNAL_FEED';
const PATH = '/plugins/:plugin_id/versions/:version_id/batching_configurations';
const oneParams = z.object({ ...versionParams, id: z.string() });
const configurationOf = { 200: resourceWrapperSchema(batchingConfigurationResourceSchema) };

/** `…/batching_configurations`: at most one per version, in force as soon as it is answered (§2). */
export function batchingRoutes(app: RouteApp, { configuration, pipeline, etags }: Services): void {
  const { batchingConfigurations } = configuration;

  app.post(
    PATH,
    { schema: { params: z.object(versionParams), body: batchingConfigurationSchema, response: configurationOf } },
    async ({ params, body }) => {
      const created = batchingConfigurations.create(findBatchable(configuration, params, body), body);
      pipeline.configurationChanged();
      return ok(created);
    },
  );
  app.get(
    PATH,
    {
      schema: {
        params: z.object(versionParams),
        querystring: wholeListQuerySchema,
        response: { 200: listWrapperSchema(batchingConfigurationResourceSchema) },
      },
    },
    async ({ params, query }) => {
      const found = batchingConfigurations.find(findVersion(configuration, params).id);
      return wholeList(found === undefined ? [] : [found], query);
    },
  );
  app.get(`${PATH}/:id`, { schema: { params: oneParams, response: configurationOf } }, async ({ params }) =>
    ok(found(batchingConfigurations.get(findVersion(configuration, params).id, params.id), describe(params.id))),
  );
  app.put(
    `${PATH}/:id`,
    {
      schema: {
        params: oneParams,
        headers: ifMatchHeaders,
        body: batchingConfigurationSchema,
        response: configurationOf,
      },
    },
    async (request) => {
      const { params, body } = request;
      const version = findBatchable(configuration, params, body);
      etags.mustMatch(request, found(batchingConfigurations.get(version.id, params.id), describe(params.id)));
      const updated = batchingConfigurations.update(version, params.id, body) as BatchingConfigurationResource;
      pipeline.configurationChanged();
      return ok(updated);
    },
  );
  app.delete(`${PATH}/:id`, { schema: { params: oneParams, headers: ifMatchHeaders } }, async (request) => {
    const { params } = request;
    const { id: versionId } = findVersion(configuration, params);
    etags.mustMatch(request, found(batchingConfigurations.get(versionId, params.id), describe(params.id)));
    batchingConfigurations.delete(versionId, params.id);
    pipeline.configurationChanged();
    return ok({});
  });
}

/** The version of the path, which the body must name too, of a plugin that can have batches at all, and still in use. */
function findBatchable(
  configuration: Configuration,
  params: { plugin_id: string; version_id: string },
  body: BatchingConfiguration,
) {
  const plugin = findPlugin(configuration, params);
  const version = findVersion(configuration, params);
  if (plugin.plugin_type !== BATCHABLE_TYPE) {
    throw new PlatformError(
      'INVALID',
      `Plugin ${plugin.id} is of type ${plugin.plugin_type}; only plugins of type ${BATCHABLE_TYPE} can have a batching configuration.`,
    );
  }
  if (body.plugin_version_id !== version.id && body.plugin_version_id !== version.version_id) {
    throw new PlatformError(
      'INVALID',
      `plugin_version_id: must be ${version.id}, the version in the path, not ${body.plugin_version_id}.`,
    );
  }
  if (version.status === 'ARCHIVED') {
    throw new PlatformError('CONFLICT', `Version ${version.version_id} is archived and cannot be changed.`);
  }
  return version;
}

function describe(id: string): string {
  return `batching configuration ${id} of this version`;
}
