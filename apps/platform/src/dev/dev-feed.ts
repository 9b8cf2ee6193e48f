import type { Ordering } from '@batchfeed/schemas';
import type { ApiClient } from '../cli/api-client.ts';
import { feedPath } from '../cli/feed-path.ts';

export interface DevFeedOptions {
  readonly pluginUrl: string;
  readonly lines: number;
  readonly ageMs: number;
  readonly ordering: Ordering;
  readonly properties: readonly (readonly [name: string, value: string])[];
}

export interface DevFeed {
  readonly pluginId: string;
  readonly versionId: string;
  readonly feedId: string;
}

/** Registers the plugin that is being written, with a feed of its own; it is activated later, once the plugin runs. */
export async function makeDevFeed(
  api: ApiClient,
  options: DevFeedOptions,
): Promise<DevFeed & { credentials: { worker_id: string; authentication_token: string } }> {
  const artifact = `dev-${Date.now().toString(36)}`;
  const plugin = await api.call('POST', '/v1/plugins', {
    plugin_type: 'AUDIENCE_SEGMENT_EXTERNAL_FEED',
    organisation_id: '1',
    group_id: 'dev',
    artifact_id: artifact,
  });
  const versions = `/v1/plugins/${plugin.id}/versions`;
  const version = await api.call('POST', versions, { version_id: '0.0.1', base_url: options.pluginUrl });
  await api.call('POST', `${versions}/${version.id}/batching_configurations`, {
    plugin_version_id: version.id,
    enable_batching: true,
    batch_flush_max_size: options.lines,
    batch_flush_max_age_ms: options.ageMs,
    ordering: options.ordering,
  });
  const credentials = await api.call('POST', `${versions}/${version.id}/worker_credentials`, {});
  const segment = await api.call('POST', '/v1/audience_segments', {
    name: artifact,
    datamart_id: '1',
    organisation_id: '1',
  });
  const feed = await api.call('POST', '/v1/audience_segment_external_feeds', {
    segment_id: segment.id,
    plugin_id: plugin.id,
    plugin_version_id: version.id,
  });
  for (const [name, value] of options.properties) {
    await api.call('PUT', feedPath(feed.id, `/properties/technical_name=${encodeURIComponent(name)}`), {
      property_type: 'STRING',
      value: { value },
    });
  }
  return { pluginId: plugin.id, versionId: version.id, feedId: feed.id, credentials };
}
