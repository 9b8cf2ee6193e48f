import { EXIT } from '../exit-codes.ts';
import type { CommandDefinition } from './command-definition.ts';
import { feedPath } from './feed-path.ts';
import { waitsSentence } from './outage.ts';

/** A command that moves a feed on in its life, by the route of the same name. */
export function moveFeed(name: 'activate' | 'pause' | 'resume', description: string): CommandDefinition {
  return {
    path: ['feed', name],
    description,
    args: [['<feed_id>', 'the feed']],
    example: `batchfeed feed ${name} 1`,
    async run({ api, args: [feedId], out }) {
      const feed = await api().call('POST', feedPath(feedId, `/${name}`));
      const text = `Feed ${feed.id} is ${feed.status}${feed.session_id ? `, session ${feed.session_id}` : ''}.`;
      const why = waitsSentence(feed.waits_for ?? []);
      out.result(feed, why === '' ? text : `${text} It takes updates, and ${why}.`);
      return EXIT.ok;
    },
  };
}
