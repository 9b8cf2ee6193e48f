import type { FeedStatistics } from '@batchfeed/schemas';
import type { CommandDefinition } from '../cli/command-definition.ts';
import { feedPath } from '../cli/feed-path.ts';
import { waitsSentence } from '../cli/outage.ts';
import { EXIT } from '../exit-codes.ts';

export const feedDrainCommand: CommandDefinition = {
  path: ['feed', 'drain'],
  description: 'seal its open batches and send them now',
  args: [['<feed_id>', 'the feed']],
  example: 'batchfeed feed drain 1',
  async run({ api, args: [feedId], out }) {
    const statistics: FeedStatistics = await api().call('POST', feedPath(feedId, '/drain'));
    const { sealed, in_flight, delivered } = statistics.lines;
    const why = waitsSentence(statistics.waits_for ?? []);
    const text = `${sealed + in_flight} lines on their way in sealed batches, ${delivered} delivered so far.`;
    out.result(statistics, why === '' ? text : `${text} The feed ${why}.`);
    return EXIT.ok;
  },
};
