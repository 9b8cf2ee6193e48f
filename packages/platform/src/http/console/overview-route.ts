import { type FeedOverview, feedOverviewQuerySchema, feedOverviewSchema, listWrapperSchema } from '@batchfeed/schemas';
import type { FoundFeed } from '../../config/feed-search.ts';
import type { RouteApp } from '../route-app.ts';
import type { Services } from '../services.ts';
import { listOk } from '../wrappers.ts';

/** `GET …/overview`: feeds with how each fares. */
export function overviewRoute(app: RouteApp, { configuration, views, live }: Services): void {
  const resource = ({ feed, segmentName }: FoundFeed): FeedOverview => ({
    feed,
    plugin: { id: feed.plugin_id, artifact_id: feed.artifact_id },
    version_id: feed.version_id,
    segment: { id: feed.segment_id, name: segmentName },
    circuit: views.circuit(feed.id),
    backlog: views.backlog(feed.id),
    pulse: live.pulse(feed.id),
  });
  app.get(
    '/audience_segment_external_feeds/overview',
    { schema: { querystring: feedOverviewQuerySchema, response: { 200: listWrapperSchema(feedOverviewSchema) } } },
    async ({ query }) => {
      live.sampler.looked();
      const { items, total } = configuration.feedSearch(query);
      return listOk({ items: items.map(resource), total }, query);
    },
  );
}
