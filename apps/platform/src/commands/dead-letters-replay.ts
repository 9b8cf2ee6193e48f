import type { CommandDefinition } from '../cli/command-definition.ts';
import { DEAD_LETTER_OPTIONS, deadLetterFilter, FEED_ARG } from '../cli/dead-letter-options.ts';
import { feedPath } from '../cli/feed-path.ts';
import { EXIT } from '../exit-codes.ts';

export const deadLettersReplayCommand: CommandDefinition = {
  path: ['dead-letters', 'replay'],
  description: 'send dead letters again, under the ids they had',
  args: [...FEED_ARG, ['[ids...]', 'dead letters by id; without any, all that match']],
  options: [
    ...DEAD_LETTER_OPTIONS,
    { flags: '--all', description: 'all of the feed, when nothing else is said' },
    { flags: '--confirm', description: 'although later lines of their users were accepted since, which they may undo' },
  ],
  example: 'batchfeed dead-letters replay 1 batch-1-7 batch-1-8',
  async run(context) {
    const ids = (context.args[1] ?? []) as unknown as string[];
    const filter = Object.fromEntries(
      Object.entries(deadLetterFilter(context)).filter(([, value]) => value !== undefined),
    );
    if (ids.length === 0 && Object.keys(filter).length === 0 && !context.options.all) {
      context.out.say('Name dead letters, a filter, or --all.');
      return EXIT.usage;
    }
    const confirm = context.options.confirm ? { confirm: true } : {};
    const body = { ...(ids.length > 0 ? { ids } : filter), ...confirm };
    const answer = await context.api().call('POST', feedPath(context.args[0], '/dead_letters/replay'), body);
    context.out.result(answer, `${answer.replayed} on their way again.`);
    return EXIT.ok;
  },
};
