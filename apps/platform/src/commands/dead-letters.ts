import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { DeadLetterResource } from '@batchfeed/schemas';
import type { CommandContext, CommandDefinition, OptionDefinition } from '../cli/command-definition.ts';
import { feedPath, query, time, wholeNumber } from '../cli/feed-path.ts';
import { table } from '../cli/output.ts';
import { EXIT } from '../exit-codes.ts';

const FILTERS: readonly OptionDefinition[] = [
  { flags: '--stage <stage>', description: 'updates or batches only', choices: ['update', 'batch'] },
  { flags: '--key <key>', description: 'of this grouping key' },
  { flags: '--http-status <status>', description: 'last answered with this status', parse: wholeNumber },
  { flags: '--reason <text>', description: 'whose reason has this in it' },
  { flags: '--from <time>', description: 'died at this time or later', parse: time },
  { flags: '--to <time>', description: 'died before this time', parse: time },
];
const FEED: CommandDefinition['args'] = [['<feed_id>', 'the feed']];

function filterOf({ options }: CommandContext) {
  const { stage, key, httpStatus, reason, from, to } = options;
  return { stage, grouping_key: key, http_status: httpStatus, reason, from_ts: from, to_ts: to };
}

export const deadLettersListCommand: CommandDefinition = {
  path: ['dead-letters', 'list'],
  description: 'what a plugin refused for good',
  args: FEED,
  options: [
    ...FILTERS,
    { flags: '--max <number>', description: 'how many', parse: wholeNumber, default: 50 },
    { flags: '--first <number>', description: 'from this one on', parse: wholeNumber, default: 0 },
  ],
  example: 'batchfeed dead-letters list 1 --http-status 400',
  async run(context) {
    const page = { first_result: context.options.first, max_results: context.options.max };
    const path = feedPath(context.args[0], `/dead_letters${query({ ...page, ...filterOf(context) })}`);
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

export const deadLettersReplayCommand: CommandDefinition = {
  path: ['dead-letters', 'replay'],
  description: 'send dead letters again, under the ids they had',
  args: [...FEED, ['[ids...]', 'dead letters by id; without any, all that match']],
  options: [...FILTERS, { flags: '--all', description: 'all of the feed, when nothing else is said' }],
  example: 'batchfeed dead-letters replay 1 batch-0-7 batch-0-8',
  async run(context) {
    const ids = (context.args[1] ?? []) as unknown as string[];
    const filter = Object.fromEntries(Object.entries(filterOf(context)).filter(([, value]) => value !== undefined));
    if (ids.length === 0 && Object.keys(filter).length === 0 && !context.options.all) {
      context.out.say('Name dead letters, a filter, or --all.');
      return EXIT.usage;
    }
    const body = ids.length > 0 ? { ids } : filter;
    const answer = await context.api().call('POST', feedPath(context.args[0], '/dead_letters/replay'), body);
    context.out.result(answer, `${answer.replayed} on their way again.`);
    return EXIT.ok;
  },
};

export const deadLettersExportCommand: CommandDefinition = {
  path: ['dead-letters', 'export'],
  description: 'dead letters with the contents of their lines, as NDJSON',
  args: [...FEED, ['[file]', 'where to; standard output without one']],
  options: FILTERS,
  example: 'batchfeed dead-letters export 1 refused.ndjson',
  async run(context) {
    const [feedId, file] = context.args;
    const lines = await context.api().stream(feedPath(feedId, `/dead_letters/export${query(filterOf(context))}`));
    if (file === undefined) await pipeline(lines, process.stdout, { end: false });
    else await pipeline(lines, createWriteStream(file, { mode: 0o600 }));
    return EXIT.ok;
  },
};
