import type { DeadLetterResource } from '@batchfeed/schemas';
import type { CommandDefinition } from '../cli/command-definition.ts';
import { DEAD_LETTER_OPTIONS, deadLetterFilter, FEED_ARG } from '../cli/dead-letter-options.ts';
import { feedPath, query, wholeNumber } from '../cli/feed-path.ts';
import { table } from '../cli/output.ts';
import { EXIT } from '../exit-codes.ts';

export const deadLettersListCommand: CommandDefinition = {
  path: ['dead-letters', 'list'],
  description: 'what a plugin refused for good',
  args: FEED_ARG,
  options: [
    ...DEAD_LETTER_OPTIONS,
    { flags: '--max <number>', description: 'how many', parse: wholeNumber, default: 50 },
    { flags: '--first <number>', description: 'from this one on', parse: wholeNumber, default: 0 },
  ],
  example: 'batchfeed dead-letters list 1 --http-status 400',
  async run(context) {
    const page = { first_result: context.options.first, max_results: context.options.max };
    const path = feedPath(context.args[0], `/dead_letters${query({ ...page, ...deadLetterFilter(context) })}`);
    const { data, total } = await context.api().whole('GET', path);
    const rows = (data as DeadLetterResource[]).map((letter) => [
      letter.id,
      new Date(letter.dead_ts).toISOString(),
      letter.http_status ?? '-',
      letter.attempts,
      letter.lines,
      letter.grouping_key ?? '-',
      letter.reason,
    ]);
    const head = ['id', 'died', 'status', 'attempts', 'lines', 'key', 'reason'];
    context.out.result({ total, dead_letters: data }, `${table([head, ...rows])}\n${data.length} of ${total}`);
    return EXIT.ok;
  },
};
