import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { CommandDefinition } from '../cli/command-definition.ts';
import { DEAD_LETTER_OPTIONS, deadLetterFilter, FEED_ARG } from '../cli/dead-letter-options.ts';
import { feedPath, query } from '../cli/feed-path.ts';
import { EXIT } from '../exit-codes.ts';

export const deadLettersExportCommand: CommandDefinition = {
  path: ['dead-letters', 'export'],
  description: 'dead letters with the contents of their lines, as NDJSON',
  args: [...FEED_ARG, ['[file]', 'where to; standard output without one']],
  options: DEAD_LETTER_OPTIONS,
  example: 'batchfeed dead-letters export 1 refused.ndjson',
  async run(context) {
    const [feedId, file] = context.args;
    const lines = await context
      .api()
      .stream(feedPath(feedId, `/dead_letters/export${query(deadLetterFilter(context))}`));
    if (file === undefined) await pipeline(lines, process.stdout, { end: false });
    else await pipeline(lines, createWriteStream(file, { mode: 0o600 }));
    return EXIT.ok;
  },
};
