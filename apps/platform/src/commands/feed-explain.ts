import type { ExplainAnswer, ExplanationResource } from '@batchfeed/schemas';
import { CliError } from '../cli/cli-error.ts';
import type { CommandDefinition } from '../cli/command-definition.ts';
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
        : answer.found.map(describe);
    out.result(answer, [...trace, ...found].join('\n'));
    return EXIT.ok;
  },
};

function counts(side: object): string {
  return Object.entries(side)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

/** What became of something that is over, when the history knows. */
function over({ outcome, settled_ts: settled }: ExplanationResource): string | undefined {
  if (outcome === undefined) return undefined;
  const words = { done: 'done, without a line', no_eligible_identifier: 'done, with no eligible identifier' };
  const what = words[outcome as keyof typeof words] ?? outcome;
  return settled === undefined ? `${what}, at an unknown time` : `${what} at ${new Date(settled).toISOString()}`;
}

function describe(found: ExplanationResource): string {
  const { stage, state, batch_id: batch, grouping_key: key, lines, bytes, attempts, seal_reason: reason } = found;
  const head = [
    `${stage} ${over(found) ?? state}`,
    batch === undefined ? undefined : `id ${batch}`,
    key === undefined ? undefined : `key ${JSON.stringify(key)}`,
    lines === undefined ? undefined : `${lines} lines, ${bytes} bytes`,
    reason === undefined ? undefined : `sealed by ${reason}`,
    attempts === undefined ? undefined : `${attempts} attempts`,
    found.due_ts === undefined ? undefined : `sealed by age at ${new Date(found.due_ts).toISOString()} at the latest`,
    found.last_answer === undefined ? undefined : `last answer: ${found.last_answer.reason}`,
    found.dead_letter_id === undefined ? undefined : `replay it as ${found.dead_letter_id}`,
  ].filter((part) => part !== undefined);
  const waits = (found.waits_for ?? []).map(
    ({ for: what, batch: behind, until_ts: until }) =>
      `  waits for ${what}${behind === undefined ? '' : ` (batch ${behind})`}${until === undefined ? '' : ` until ${new Date(until).toISOString()}`}`,
  );
  return [head.join('; '), ...waits].join('\n');
}
