import type { FeedOverview, FeedResource } from '@batchfeed/schemas';
import type { CommandDefinition } from '../cli/command-definition.ts';
import { pluginColumn, waitingColumn } from '../cli/outage.ts';
import { table } from '../cli/output.ts';
import { EXIT } from '../exit-codes.ts';

const PAGE = 1_000;

export const feedListCommand: CommandDefinition = {
  path: ['feed', 'list'],
  description: 'list all feeds, whether their plugins answer, and what waits',
  example: 'batchfeed feed list --data-dir ./feeds',
  async run({ api, out }) {
    const client = api();
    const feeds: FeedResource[] = [];
    for (;;) {
      const page = `first_result=${feeds.length}&max_results=${PAGE}`;
      const path = `/v1/audience_segment_external_feeds/overview?${page}`;
      const { data, total }: { data: FeedOverview[]; total: number } = await client.whole('GET', path);
      feeds.push(...data.map(({ feed, circuit, backlog }) => ({ ...feed, circuit, backlog })));
      if (data.length === 0 || feeds.length >= total) break;
    }
    const rows = feeds.map((feed) => [
      feed.id,
      feed.status,
      feed.session_id ?? '-',
      `${feed.artifact_id}@${feed.version_value}`,
      pluginColumn(feed),
      waitingColumn(feed),
      feed.name,
    ]);
    const head = ['id', 'status', 'session', 'plugin', 'answers', 'waiting', 'name'];
    out.result(feeds, table([head, ...rows]));
    return EXIT.ok;
  },
};
