import type { pluginTypes } from '@batchfeed/schemas';
import type { PluginFeed, RunState } from './run-state.ts';
import { type PluginCredentials, type Stack, shopUser } from './stack.ts';

const PLUGIN_TYPE = 'AUDIENCE_SEGMENT_EXTERNAL_FEED' satisfies (typeof pluginTypes)[number];
/** The shop recommends no more requests in a batch, and a line becomes a request. */
export const linesPerBatch = 200;

/** The servers as far as setting up a feed needs them. */
export type FeedServers = Pick<Stack, 'client' | 'shop' | 'startPlugin'>;

interface NewFeed {
  readonly client: Stack['client'];
  readonly artifact: string;
  readonly segment: string;
  readonly name: string;
  /** Starts the plugin with the credentials it is given. */
  readonly start: (credentials: PluginCredentials) => Promise<{ url: string }>;
  /** What the plugin has to be told of the feed before it is activated. */
  readonly connect?: (feedId: string) => Promise<void>;
}

/** What an operator does before a first update can be sent: plugin, version, batching, feed, activation. */
async function setUp({ client, artifact, segment, name, start, connect }: NewFeed): Promise<PluginFeed> {
  const pluginId = await client.createPlugin({
    plugin_type: PLUGIN_TYPE,
    organisation_id: '1',
    group_id: 'io.batchfeed.examples',
    artifact_id: artifact,
  });
  const versionId = await client.createVersion(pluginId, '1.0.0');
  const credentials = await client.createWorkerCredentials(pluginId, versionId);
  const worker = { workerId: credentials.worker_id, workerToken: credentials.authentication_token };
  const plugin = await start(worker);
  await client.updateVersion(pluginId, versionId, { base_url: plugin.url, status: 'ACTIVE' });
  await client.createBatchingConfiguration(pluginId, versionId, linesPerBatch);
  const segmentId = await client.createSegment({ name: segment, datamart_id: '1', organisation_id: '1' });
  const feedId = await client.createFeed({
    segment_id: segmentId,
    plugin_id: pluginId,
    plugin_version_id: versionId,
    name,
  });
  await connect?.(feedId);
  await client.activate(feedId);
  return { pluginId, versionId, feedId, ...worker };
}

/** The feed that keeps the shop in step with the segment. */
export async function setUpFeed(stack: FeedServers, shopPassword: string): Promise<PluginFeed> {
  return setUp({
    client: stack.client,
    artifact: 'shop-audience-feed',
    segment: 'Newsletter readers',
    name: 'Newsletter readers to the shop',
    start: (credentials) => stack.startPlugin(credentials, 0),
    connect: (feedId) => connectFeed(stack, feedId, shopPassword),
  });
}

/** The feed whose grouping keys are identifier types. */
export async function setUpIdentifierFeed(stack: Pick<Stack, 'client' | 'startIdentifierPlugin'>): Promise<PluginFeed> {
  return setUp({
    client: stack.client,
    artifact: 'identifier-feed',
    segment: 'Known visitors',
    name: 'Known visitors by identifier type',
    start: (credentials) => stack.startIdentifierPlugin(credentials, 0),
  });
}

/** Takes active feeds up again after a restart: the servers may listen elsewhere now. */
export async function reconnectFeeds(
  stack: Stack,
  state: RunState,
  feeds: NonNullable<RunState['feeds']>,
): Promise<void> {
  const { shop, identifiers } = feeds;
  const plugin = await stack.startPlugin(shop, state.ports.plugin);
  await connectFeed(stack, shop.feedId, state.shopPassword);
  await stack.client.updateVersion(shop.pluginId, shop.versionId, { base_url: plugin.url });
  const other = await stack.startIdentifierPlugin(identifiers, state.ports.identifierPlugin);
  await stack.client.updateVersion(identifiers.pluginId, identifiers.versionId, { base_url: other.url });
}

async function connectFeed(
  { client, shop }: Pick<Stack, 'client' | 'shop'>,
  feedId: string,
  shopPassword: string,
): Promise<void> {
  await client.setFeedProperty(feedId, 'shop_api_url', shop.url);
  await client.setFeedProperty(feedId, 'shop_api_user', shopUser);
  await client.setFeedProperty(feedId, 'shop_api_password', shopPassword);
}
