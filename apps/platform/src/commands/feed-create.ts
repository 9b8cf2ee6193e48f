import type { CommandDefinition } from '../cli/command-definition.ts';
import { feedPath, pair } from '../cli/feed-path.ts';
import { EXIT } from '../exit-codes.ts';

export const feedCreateCommand: CommandDefinition = {
  path: ['feed', 'create'],
  description: 'bind a segment to a plugin version',
  options: [
    { flags: '--plugin-id <id>', description: 'the plugin', mandatory: true },
    { flags: '--version <version>', description: 'its version, like 1.0.0, or the id of it', mandatory: true },
    { flags: '--segment-id <id>', description: 'the segment; without one a new segment is made' },
    { flags: '--name <name>', description: 'name of the feed, and of a new segment', default: 'New feed' },
    { flags: '--datamart-id <id>', description: 'datamart of a new segment', default: '1' },
    { flags: '--organisation-id <id>', description: 'organisation of a new segment', default: '1' },
    {
      flags: '--property <name=value>',
      description: 'a property of type STRING, several times if need be',
      parse: pair,
      repeated: true,
    },
    { flags: '--activate', description: 'activate it at once' },
  ],
  example:
    'batchfeed feed create --plugin-id 1 --version 1.0.0 --property shop_api_url=http://127.0.0.1:8200 --activate',
  async run({ api, options, out }) {
    const client = api();
    const { name, datamartId: datamart_id, organisationId: organisation_id } = options;
    const segmentId =
      options.segmentId ??
      (await client.call('POST', '/v1/audience_segments', { name, datamart_id, organisation_id })).id;
    const created = await client.call('POST', '/v1/audience_segment_external_feeds', {
      segment_id: segmentId,
      plugin_id: options.pluginId,
      plugin_version_id: options.version,
      name,
    });
    for (const [property, value] of (options.property ?? []) as [string, string][]) {
      const path = feedPath(created.id, `/properties/technical_name=${encodeURIComponent(property)}`);
      await client.call('PUT', path, { property_type: 'STRING', value: { value } });
    }
    const feed = options.activate ? await client.call('POST', feedPath(created.id, '/activate')) : created;
    out.result(feed, `Feed ${feed.id} of segment ${segmentId} is ${feed.status}.`);
    return EXIT.ok;
  },
};
