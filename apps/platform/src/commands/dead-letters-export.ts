import { existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { CliError } from '../cli/cli-error.ts';
import type { CommandDefinition } from '../cli/command-definition.ts';
import { DEAD_LETTER_OPTIONS, deadLetterFilter, FEED_ARG } from '../cli/dead-letter-options.ts';
import { feedPath, query } from '../cli/feed-path.ts';
import { EXIT } from '../exit-codes.ts';

const NEWLINE = 0x0a;

export const deadLettersExportCommand: CommandDefinition = {
  path: ['dead-letters', 'export'],
  description: 'dead letters with the contents of their lines, as NDJSON',
  args: [...FEED_ARG, ['[file]', 'where to; standard output without one']],
  options: [...DEAD_LETTER_OPTIONS, { flags: '--force', description: 'overwrite the file if it is there' }],
  example: 'batchfeed dead-letters export 1 refused.ndjson',
  async run(context) {
    const [feedId, file] = context.args;
    const mayOverwrite = context.options.force === true;
    // Before it is asked for: the platform keeps a record of every export.
    if (file !== undefined && !mayOverwrite && existsSync(file)) throw isThere(file);
    const lines = await context
      .api()
      .stream(feedPath(feedId, `/dead_letters/export${query(deadLetterFilter(context))}`));
    if (file === undefined) {
      await pipeline(lines, process.stdout, { end: false });
      return EXIT.ok;
    }
    const target = await openTarget(file, mayOverwrite).catch((error) => {
      lines.on('error', () => {}).destroy();
      throw error;
    });
    const written = { dead_letters: 0, bytes: 0 };
    const counted = async function* (source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        written.bytes += chunk.length;
        for (const byte of chunk) if (byte === NEWLINE) written.dead_letters += 1;
        yield chunk;
      }
    };
    await pipeline(lines, counted, target.createWriteStream());
    context.out.result({ file, ...written }, `${written.dead_letters} dead letters written to ${file}`);
    return EXIT.ok;
  },
};

/** @throws CliError `USAGE` when it cannot be written, or is there and may not be overwritten. */
async function openTarget(file: string, mayOverwrite: boolean): Promise<FileHandle> {
  try {
    return await open(file, mayOverwrite ? 'w' : 'wx', 0o600);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw isThere(file);
    throw new CliError('USAGE', `${file} cannot be written: ${message}`, { cause: error });
  }
}

function isThere(file: string): CliError {
  return new CliError('USAGE', `${file} is there already; --force overwrites it.`);
}
