import type { ApiClient } from '../cli/api-client.ts';
import type { CommandDefinition } from '../cli/command-definition.ts';
import { feedPath, pair, wholeNumber } from '../cli/feed-path.ts';
import { propertyBody } from '../cli/property-body.ts';
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
      description: 'a property, of the type the version declares or STRING; several times if need be',
      parse: pair,
      repeated: true,
    },
    {
      flags: '--max-backlog-bytes <bytes>',
      description: 'bytes it may have waiting on disk; above, uploads are refused (default: the setting)',
      parse: wholeNumber,
    },
    { flags: '--activate', description: 'activate it at once' },
  ],
  example:
    'batchfeed feed create --plugin-id 1 --version 1.0.0 --property shop_api_url=http://127.0.0.1:8200 --activate',
  async run({ api, options, out }) {
    const client = api();
    const { name, datamartId: datamart_id, organisationId: organisation_id } = options;
    const given = (options.property ?? []) as [string, string][];
    // Before anything is made, so that a value that is none leaves no feed behind.
    const declared = given.length === 0 ? [] : await declaredProperties(client, options.pluginId, options.version);
    const properties = given.map(([property, value]) => {
      const type = declared.find(({ technical_name }) => technical_name === property)?.property_type;
      return { property, body: propertyBody(property, value, type) };
    });
    const segmentId =
      options.segmentId ??
      (await client.call('POST', '/v1/audience_segments', { name, datamart_id, organisation_id })).id;
    const created = await client.call('POST', '/v1/audience_segment_external_feeds', {
      segment_id: segmentId,
      plugin_id: options.pluginId,
      plugin_version_id: options.version,
      name,
      max_backlog_bytes: options.maxBacklogBytes,
    });
    for (const { property, body } of properties) {
      const path = feedPath(created.id, `/properties/technical_name=${encodeURIComponent(property)}`);
      await client.call('PUT', path, body);
    }
    const feed = options.activate ? await client.call('POST', feedPath(created.id, '/activate')) : created;
    out.result(feed, `Feed ${feed.id} of segment ${segmentId} is ${feed.status}.`);
    return EXIT.ok;
  },
};

interface Declared {
  readonly technical_name: string;
  readonly property_type: string;
}

async function declaredProperties(client: ApiClient, pluginId: string, version: string): Promise<Declared[]> {
  const path = `/v1/plugins/${encodeURIComponent(pluginId)}/versions/${encodeURIComponent(version)}`;
  return (await client.call('GET', path)).plugin_properties;
}
