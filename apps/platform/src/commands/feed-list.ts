import type { CommandDefinition } from '../cli/command-definition.ts';
import { table } from '../cli/output.ts';
import { EXIT } from '../exit-codes.ts';

const PAGE = 1_000;

interface Feed {
  id: string;
  status: string;
  name: string;
  artifact_id: string;
  version_value: string;
  session_id?: string;
}

export const feedListCommand: CommandDefinition = {
  path: ['feed', 'list'],
  description: 'list all feeds',
  example: 'batchfeed feed list --data-dir ./feeds',
  async run({ api, out }) {
    const client = api();
    const feeds: Feed[] = [];
    for (;;) {
      const page = `first_result=${feeds.length}&max_results=${PAGE}`;
      const { data, total } = await client.whole('GET', `/v1/audience_segment_external_feeds?${page}`);
      feeds.push(...data);
      if (data.length === 0 || feeds.length >= total) break;
    }
    const rows = feeds.map(({ id, status, name, artifact_id, version_value, session_id }) => [
      id,
      status,
      session_id ?? '-',
      `${artifact_id}@${version_value}`,
      name,
    ]);
    out.result(feeds, table([['id', 'status', 'session', 'plugin', 'name'], ...rows]));
    return EXIT.ok;
  },
};
