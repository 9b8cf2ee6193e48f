import { type FeedOverview, feedOverviewSchema } from '@batchfeed/schemas';
import { useQuery } from '@tanstack/react-query';
import { getAll } from './client.ts';
import type { VersionRef } from './version-path.ts';

/** The feeds of a version, as the overview shows them. */
export const useVersionFeeds = ({ pluginId, versionId }: VersionRef) =>
  useQuery({
    queryKey: ['feeds', 'of-version', pluginId, versionId],
    queryFn: async ({ signal }): Promise<FeedOverview[]> => {
      // The overview finds a plugin by its id among other things; which version is told by each feed.
      const found = await getAll('/audience_segment_external_feeds/overview', feedOverviewSchema, {
        query: { search: pluginId },
        signal,
      });
      return found.filter(({ version_id }) => version_id === versionId);
    },
  });
