import type { pluginTypes } from '@batchfeed/schemas';
import type { RunState } from './run-state.ts';
import { type Stack, shopUser } from './stack.ts';

const pluginType = 'AUDIENCE_SEGMENT_EXTERNAL_FEED' satisfies (typeof pluginTypes)[number];
/** The shop recommends no more requests in a batch, and a line becomes a request. */
export const linesPerBatch = 200;

/** The servers as far as setting up a feed needs them. */
export type FeedServers = Pick<Stack, 'client' | 'shop' | 'startPlugin'>;

const connectFeed = async ({ client, shop }: FeedServers, feedId: string, shopPassword: string): Promise<void> => {
  await client.setFeedProperty(feedId, 'shop_api_url', shop.url);
  await client.setFeedProperty(feedId, 'shop_api_user', shopUser);
  await client.setFeedProperty(feedId, 'shop_api_password', shopPassword);
};

/** What an operator does before a first update can be sent: plugin, version, batching, feed, activation. */
export const setUpFeed = async (stack: FeedServers, shopPassword: string): Promise<NonNullable<RunState['feed']>> => {
  const { client } = stack;
  const pluginId = await client.createPlugin({
    plugin_type: pluginType,
    organisation_id: '1',
    group_id: 'io.batchfeed.examples',
    artifact_id: 'shop-audience-feed',
  });
  const versionId = await client.createVersion(pluginId, '1.0.0');
  const credentials = await client.createWorkerCredentials(pluginId, versionId);
  const worker = { workerId: credentials.worker_id, workerToken: credentials.authentication_token };
  const plugin = await stack.startPlugin(worker, 0);
  await client.updateVersion(pluginId, versionId, { base_url: plugin.url, status: 'ACTIVE' });
  await client.createBatchingConfiguration(pluginId, versionId, linesPerBatch);
  const segmentId = await client.createSegment({ name: 'Newsletter readers', datamart_id: '1', organisation_id: '1' });
  const feedId = await client.createFeed({
    segment_id: segmentId,
    plugin_id: pluginId,
    plugin_version_id: versionId,
    name: 'Newsletter readers to the shop',
  });
  await connectFeed(stack, feedId, shopPassword);
  await client.activate(feedId);
  return { pluginId, versionId, feedId, ...worker };
};

/** Takes an active feed up again after a restart: the servers may listen elsewhere now. */
export const reconnectFeed = async (
  stack: Stack,
  state: RunState,
  feed: NonNullable<RunState['feed']>,
): Promise<void> => {
  const plugin = await stack.startPlugin(feed, state.ports.plugin);
  await connectFeed(stack, feed.feedId, state.shopPassword);
  await stack.client.updateVersion(feed.pluginId, feed.versionId, { base_url: plugin.url });
};
