import {
  batchingEffectSchema,
  batchingPolicySchema,
  policyPreviewQuerySchema,
  policyPreviewSchema,
  resourceWrapperSchema,
} from '@batchfeed/schemas';
import { z } from 'zod';
import { policyOf } from '../../pipeline/feed-directory.ts';
import { found } from '../../platform-error.ts';
import { batchingEffect } from '../../simulate/batching-effect.ts';
import { policyPreview } from '../../simulate/policy-preview.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { ok } from '../wrappers.ts';
import { findVersion, versionParams } from './find-version.ts';

const VERSION = '/plugins/:plugin_id/versions/:version_id';
const params = z.object(versionParams);
/** Arrivals a policy is tried on: enough to tell, and each run over before anything else has waited long. */
const MAX_ARRIVALS = 20_000;

/** What another batching configuration would do: to what is open now, and to what came of late. Nothing is changed. */
export function policyRoutes(app: RouteApp, { configuration, pipeline, operations, now }: Services): void {
  app.post(
    `${VERSION}/batching_configurations/effect`,
    {
      schema: { params, body: batchingPolicySchema, response: { 200: resourceWrapperSchema(batchingEffectSchema) } },
    },
    async ({ params, body }) => {
      // The envelope is in the size of a group already.
      const policy = policyOf(body, 0);
      const version = findVersion(configuration, params);
      const present = configuration.batchingConfigurations.find(version.id)?.ordering ?? 'USER';
      const freesOrder = present === 'USER' && body.ordering === 'GROUPING_KEY';
      const effects = configuration.feeds.ofVersion(version.id).map(({ id, name }) => {
        const { held } = pipeline.statistics(id).lines;
        const change = { groups: pipeline.openGroups(id), held, policy, freesOrder };
        return { feed_id: id, name, ...batchingEffect(change, now()) };
      });
      return ok({ feeds: effects.filter(({ open_groups: groups }) => groups > 0) });
    },
  );
  app.post(
    `${VERSION}/policy_preview`,
    {
      schema: { params, body: policyPreviewQuerySchema, response: { 200: resourceWrapperSchema(policyPreviewSchema) } },
    },
    async ({ params, body }) => {
      const version = findVersion(configuration, params);
      const feed = configuration.feeds.ofVersion(version.id).find(({ id }) => id === body.feed_id);
      const { id } = found(feed, `feed ${body.feed_id} of version ${version.version_id}`);
      const present = configuration.batchingConfigurations.find(version.id);
      return ok(await policyPreview(operations.arrivals.latest(id, MAX_ARRIVALS), present, body.policy));
    },
  );
}
