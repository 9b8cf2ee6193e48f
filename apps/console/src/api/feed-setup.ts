import {
  type BatchPage,
  batchPageSchema,
  type CreateFeed,
  type FeedResource,
  feedResourceSchema,
  ingestReportSchema,
  type PutProperty,
  propertyDefinitionSchema,
  segmentResourceSchema,
  type UpdateLine,
} from '@batchfeed/schemas';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getOne, getWhole, send } from './client.ts';
import { feedPath } from './feed-path.ts';

/** Making a feed and sending it its first updates. */

/** A segment and a feed that sends it. */
export interface NewFeed {
  readonly organisation_id: string;
  readonly datamart_id: string;
  readonly segment_name: string;
  readonly feed: Pick<CreateFeed, 'name' | 'plugin_id' | 'plugin_version_id'>;
}

async function createFeed({ organisation_id, datamart_id, segment_name, feed }: NewFeed): Promise<FeedResource> {
  const body = { name: segment_name, datamart_id, organisation_id };
  const segment = await send('POST', '/audience_segments', segmentResourceSchema, { body });
  return send('POST', '/audience_segment_external_feeds', feedResourceSchema, {
    body: { ...feed, segment_id: segment.id },
  });
}

export function useCreateFeed() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: createFeed,
    onSettled: () => client.invalidateQueries({ queryKey: ['feeds'] }),
  });
}

/** Sets one property of a feed. What is set twice is the same. */
export const putProperty = (feedId: string, name: string, body: PutProperty) =>
  send('PUT', `${feedPath(feedId)}/properties/technical_name=${encodeURIComponent(name)}`, propertyDefinitionSchema, {
    body,
  });

export const useFeedResource = (feedId: string | undefined) =>
  useQuery({
    queryKey: ['feeds', feedId, 'resource'],
    queryFn: ({ signal }) => getOne(feedPath(feedId ?? ''), feedResourceSchema, { signal }),
    enabled: feedId !== undefined,
  });

export function useActivate(feedId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send('POST', `${feedPath(feedId)}/activate`, feedResourceSchema),
    onSettled: () => client.invalidateQueries({ queryKey: ['feeds'] }),
  });
}

/** Uploads a few updates at once. */
export const useSendUpdates = (feedId: string) =>
  useMutation({
    mutationFn: (updates: readonly UpdateLine[]) =>
      send('POST', `${feedPath(feedId)}/user_segment_updates`, ingestReportSchema, { body: updates }),
  });

/** The latest batches of a feed. */
export const useLatestBatches = (feedId: string, count: number) =>
  useQuery({
    queryKey: ['feeds', feedId, 'latest-batches', count],
    queryFn: ({ signal }): Promise<BatchPage> =>
      getWhole(`${feedPath(feedId)}/batches`, batchPageSchema, { query: { max_results: count }, signal }),
  });
