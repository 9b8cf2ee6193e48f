import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedLeaving, FeedResource } from '@batchfeed/schemas';
import type { CommandContext, CommandDefinition } from '../cli/command-definition.ts';
import { feedPath } from '../cli/feed-path.ts';
import { waitsSentence } from '../cli/outage.ts';
import { EXIT } from '../exit-codes.ts';

const LOOK_EVERY_MS = 500;

export const feedDeleteCommand: CommandDefinition = {
  path: ['feed', 'delete'],
  description: 'delete a feed, once what it holds is delivered or thrown away',
  args: [['<feed_id>', 'the feed']],
  options: [
    {
      flags: '--mode <mode>',
      description: 'deliver what it holds first, or throw it away',
      choices: ['drain', 'discard'],
      default: 'drain',
    },
    { flags: '--wait', description: 'until it is gone, and say what that waits for' },
  ],
  example: 'batchfeed feed delete 1 --mode drain --wait',
  async run(context) {
    const { api, args, options, out } = context;
    const path = feedPath(args[0]);
    const feed: FeedResource = await api().call('DELETE', `${path}?mode=${options.mode}`);
    if (options.wait) return waitUntilGone(context, path, feed);
    out.result(feed, `Feed ${feed.id} is ${feed.status}, and gone as soon as it holds nothing any more.`);
    return EXIT.ok;
  },
};

async function waitUntilGone({ api, out, signal }: CommandContext, path: string, feed: FeedResource): Promise<number> {
  let said = '';
  for (;;) {
    const present: FeedResource | undefined = await api().find(path);
    if (present === undefined) {
      out.result({ id: feed.id, deleted: true }, `Feed ${feed.id} is gone.`);
      return EXIT.ok;
    }
    const sentence = present.leaving === undefined ? '' : sentenceOn(present.leaving);
    if (sentence !== said && !out.json) out.say(sentence);
    said = sentence;
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) {
      out.result(present, `Feed ${feed.id} is ${present.status} still; it goes on without this command.`);
      return EXIT.ok;
    }
  }
}

/** What a deleted feed holds, and what it waits for. */
function sentenceOn({ updates, lines, waits_for: waits }: FeedLeaving): string {
  const why = waitsSentence(waits);
  return `  ${updates} updates and ${lines} lines left${why === '' ? '' : `; ${why}`}`;
}
