import type { ExplainAnswer } from '@batchfeed/schemas';
import { CliError } from '../cli/cli-error.ts';
import type { CommandDefinition } from '../cli/command-definition.ts';
import { explanationText } from '../cli/explanation-text.ts';
import { feedPath, query } from '../cli/feed-path.ts';
import { EXIT } from '../exit-codes.ts';

export const feedExplainCommand: CommandDefinition = {
  path: ['feed', 'explain'],
  description: 'where a user, grouping key, batch or line is, and what it waits for',
  args: [['<feed_id>', 'the feed']],
  options: [
    { flags: '--user <id>', description: 'a user point id, or one identifier as JSON' },
    { flags: '--key <key>', description: 'a grouping key' },
    { flags: '--batch <id>', description: 'a batch id: the Idempotency-Key the plugin saw' },
    { flags: '--line <id>', description: 'a line id' },
    { flags: '--session <id>', description: 'with --key: of this session' },
  ],
  example: 'batchfeed feed explain 1 --user user-point-7',
  async run({ api, args: [feedId], options, out }) {
    const { user, key, batch, line, session } = options;
    const path = feedPath(feedId, '/explain');
    const client = api();
    if ([user, key, batch, line].every((given) => given === undefined)) {
      const ledger = await client.call('GET', feedPath(feedId, '/ledger'));
      out.result(
        ledger,
        Object.entries(ledger)
          .map(([stage, side]) => `${stage}: ${counts(side as object)}`)
          .join('\n'),
      );
      return EXIT.ok;
    }
    const asked = [user, key, batch, line].filter((given) => given !== undefined);
    if (asked.length !== 1) throw new CliError('USAGE', 'Name one of --user, --key, --batch and --line.');
    const answer: ExplainAnswer = await client.call(
      'GET',
      `${path}${query({ user, key, batch, line, session_id: session })}`,
    );
    const trace = answer.trace === undefined ? [] : [`in the log as ${answer.trace}`];
    const found =
      answer.found.length === 0
        ? ['nothing waits, nothing died, and the history knows nothing: it was never here, too long ago, or in a gap']
        : answer.found.map(explanationText);
    out.result(answer, [...trace, ...found].join('\n'));
    return EXIT.ok;
  },
};

function counts(side: object): string {
  return Object.entries(side)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
