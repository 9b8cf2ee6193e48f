import type { CommandDefinition } from '../cli/command-definition.ts';
import { feedPath } from '../cli/feed-path.ts';
import { EXIT } from '../exit-codes.ts';

function moving(name: string, route: string, description: string): CommandDefinition {
  return {
    path: ['feed', name],
    description,
    args: [['<feed_id>', 'the feed']],
    example: `batchfeed feed ${name} 1`,
    async run({ api, args: [feedId], out }) {
      const feed = await api().call('POST', feedPath(feedId, route));
      out.result(feed, `Feed ${feed.id} is ${feed.status}${feed.session_id ? `, session ${feed.session_id}` : ''}.`);
      return EXIT.ok;
    },
  };
}

export const feedPauseCommand = moving('pause', '/pause', 'stop taking and sending; what it holds is kept');
export const feedResumeCommand = moving('resume', '/activate', 'activate, or go on after a pause under a new session');
