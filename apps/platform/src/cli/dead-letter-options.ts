import type { CommandContext, CommandDefinition, OptionDefinition } from './command-definition.ts';
import { time, wholeNumber } from './feed-path.ts';

/** Options that choose among a feed's dead letters. */
export const DEAD_LETTER_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--stage <stage>', description: 'updates or batches only', choices: ['update', 'batch'] },
  { flags: '--key <key>', description: 'of this grouping key' },
  { flags: '--http-status <status>', description: 'last answered with this status', parse: wholeNumber },
  { flags: '--reason <text>', description: 'whose reason has this in it' },
  { flags: '--from <time>', description: 'died at this time or later', parse: time },
  { flags: '--to <time>', description: 'died before this time', parse: time },
];
/** The feed whose they are. */
export const FEED_ARG: NonNullable<CommandDefinition['args']> = [['<feed_id>', 'the feed']];

/** What was chosen, in the words of the API. */
export function deadLetterFilter({ options }: CommandContext) {
  const { stage, key, httpStatus, reason, from, to } = options;
  return { stage, grouping_key: key, http_status: httpStatus, reason, from_ts: from, to_ts: to };
}
