import { createReadStream, statSync } from 'node:fs';
import { pipeline, Transform } from 'node:stream';
import { CliError } from '../cli/cli-error.ts';
import type { CommandDefinition } from '../cli/command-definition.ts';
import { feedPath, query } from '../cli/feed-path.ts';
import { EXIT } from '../exit-codes.ts';

/** Rejections that are shown one by one. */
const SHOWN = 20;

export const feedPushCommand: CommandDefinition = {
  path: ['feed', 'push'],
  description: 'upload updates, one JSON object a line',
  args: [
    ['<feed_id>', 'the feed'],
    ['[file]', 'NDJSON, gzipped if it ends in .gz; standard input without one'],
  ],
  options: [
    { flags: '--full', description: 'the file is the whole segment: who is not in it leaves' },
    { flags: '--idempotency-key <key>', description: 'makes repeating this upload harmless' },
  ],
  example: 'batchfeed feed push 1 updates.ndjson',
  notes: 'It ends when everything accepted is on disk. Exit code 5 when lines were rejected; the others are in.',
  async run({ api, args: [feedId, file], options, out, signal }) {
    const client = api();
    const path = feedPath(feedId, `/user_segment_updates${query({ mode: options.full ? 'full' : undefined })}`);
    const source = file === undefined ? process.stdin : createReadStream(file);
    const bytes = file === undefined ? 0 : sizeOf(file);
    const progress = bytes === 0 ? undefined : out.progress(bytes, 'bytes');
    let read = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        read += chunk.length;
        progress?.advance(read);
        done(null, chunk);
      },
    });
    pipeline(source, counted, () => {});
    signal.addEventListener('abort', () => source.destroy(new Error('stopped')));
    const headers = {
      ...(file?.endsWith('.gz') ? { 'content-encoding': 'gzip' } : {}),
      ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey as string }),
    };
    const report = await client.upload(path, counted, headers).finally(() => progress?.stop());
    const faults = (report.rejections as { line: number; path: string; message: string }[])
      .slice(0, SHOWN)
      .map(({ line, path: field, message }) => `  line ${line}: ${field} ${message}`);
    out.result(report, [`${report.accepted} accepted, ${report.rejected} rejected`, ...faults].join('\n'));
    return report.rejected > 0 ? EXIT.found : EXIT.ok;
  },
};

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch (error) {
    throw new CliError('USAGE', `${file} cannot be read: ${(error as Error).message}`);
  }
}
