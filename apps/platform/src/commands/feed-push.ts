import { pipeline, Transform } from 'node:stream';
import type { IngestReport } from '@batchfeed/schemas';
import type { CommandDefinition } from '../cli/command-definition.ts';
import { feedPath, query } from '../cli/feed-path.ts';
import { openInput } from '../cli/input-file.ts';
import { OutageWatch } from '../cli/outage-watch.ts';
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
  notes:
    'It ends when everything accepted is on disk, whether or not the plugin answers; it says when that does not. Exit code 5 when lines were rejected; the others are in. Refused for want of room (exit code 4), the same file under the same --idempotency-key goes on where it stopped.',
  async run({ api, args: [feedId, file], options, out, signal }) {
    const client = api();
    const path = feedPath(feedId, `/user_segment_updates${query({ mode: options.full ? 'full' : undefined })}`);
    const input = file === undefined ? undefined : await openInput(file);
    const source = input?.handle.createReadStream() ?? process.stdin;
    const bytes = input?.bytes ?? 0;
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
    const watch = new OutageWatch(client, feedPath(feedId), out);
    watch.start();
    const report: IngestReport = await client.upload(path, counted, headers).finally(async () => {
      progress?.stop();
      source.destroy();
      await watch.stop();
    });
    out.result(report, render(report));
    return report.rejected > 0 ? EXIT.found : EXIT.ok;
  },
};

function render({ accepted, rejected, rejections, whole_segment: whole }: IngestReport): string {
  const faults = rejections.slice(0, SHOWN).map(({ line, path, message }) => `  line ${line}: ${path} ${message}`);
  const changes =
    whole === undefined
      ? []
      : [
          `whole segment: ${whole.upserts} upserts, ${whole.deletes} deletes, ${whole.unchanged} unchanged; ${whole.known_before} known before`,
        ];
  const withheld =
    (whole?.deletes_withheld ?? 0) === 0
      ? []
      : [`${whole?.deletes_withheld} deletes withheld, since any rejected line may have been one of them`];
  return [`${accepted} accepted, ${rejected} rejected`, ...changes, ...withheld, ...faults].join('\n');
}
