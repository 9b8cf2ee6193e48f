import {
  listWrapperSchema,
  resourceWrapperSchema,
  wholeListQuerySchema,
  workerCredentialsResourceSchema,
  workerCredentialsSchema,
} from '@batchfeed/schemas';
import { z } from 'zod';
import { found, PlatformError } from '../../platform-error.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok, wholeList } from '../wrappers.ts';
import { findVersion, versionParams } from './find-version.ts';

const PATH = '/plugins/:plugin_id/versions/:version_id/worker_credentials';
const params = z.object(versionParams);
const workerParams = params.extend({ worker_id: z.string() });

/** `…/worker_credentials`: what plugins authenticate with at the gateway. To rotate without a gap: issue, switch over, revoke. */
export function workerCredentialsRoutes(app: RouteApp, { configuration, now }: Services): void {
  const { workerCredentials } = configuration;

  app.post(
    PATH,
    { schema: { params, response: { 200: resourceWrapperSchema(workerCredentialsSchema) } } },
    async ({ params }) => ok(workerCredentials.issue(findVersion(configuration, params).id, now())),
  );
  app.get(
    PATH,
    {
      schema: {
        params,
        querystring: wholeListQuerySchema,
        response: { 200: listWrapperSchema(workerCredentialsResourceSchema) },
      },
    },
    async ({ params, query }) => wholeList(workerCredentials.list(findVersion(configuration, params).id), query),
  );
  app.post(
    `${PATH}/:worker_id/rotate`,
    { schema: { params: workerParams, response: { 200: resourceWrapperSchema(workerCredentialsSchema) } } },
    async ({ params }) => {
      const rotated = workerCredentials.rotate(findVersion(configuration, params).id, params.worker_id);
      return ok(found(rotated, `worker ${params.worker_id} of this version`));
    },
  );
  app.delete(`${PATH}/:worker_id`, { schema: { params: workerParams } }, async ({ params }) => {
    if (!workerCredentials.revoke(findVersion(configuration, params).id, params.worker_id)) {
      throw new PlatformError('NOT_FOUND', `There is no worker ${params.worker_id} of this version.`);
    }
    return ok({});
  });
}
