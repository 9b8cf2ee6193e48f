import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IngestReport, UpdateLine } from '@batchfeed/schemas';
import { DemoError } from './demo-error.ts';
import type { OperatorClient } from './operator-client.ts';

/** Lines are joined up to about this many characters before they are written. */
const chunkLength = 64 * 1024;

export interface UploadOptions {
  client: OperatorClient;
  feedId: string;
  updates: Iterable<UpdateLine>;
  /** When aborted the upload ends after the line it is at; what was sent until then is accepted. */
  signal: AbortSignal;
  onSent?: (updates: number) => void;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function* ndjson({ updates, signal, onSent }: UploadOptions): AsyncGenerator<string> {
  let chunk = '';
  let lines = 0;
  for (const update of updates) {
    if (signal.aborted) break;
    chunk += `${JSON.stringify(update)}\n`;
    lines += 1;
    if (chunk.length < chunkLength) continue;
    yield chunk;
    onSent?.(lines);
    chunk = '';
    lines = 0;
  }
  if (chunk !== '') yield chunk;
  onSent?.(lines);
}

/** How long the platform may take to answer once the upload was told to end. */
const graceMs = 1_000;

/**
 * Streams a segment in, in one request, no faster than the platform takes it: while nobody takes its updates, that is not at
 * all. Without a report when it was told to end meanwhile; the platform knows then how far it came.
 */
export const uploadSegment = async (options: UploadOptions): Promise<IngestReport | undefined> => {
  const { client, feedId, signal } = options;
  const upload = client.upload(feedId, Readable.from(ndjson(options), { objectMode: false }));
  const report = await Promise.race([upload, aborted(signal).then(() => sleep(graceMs, undefined, { ref: false }))]);
  if (report === undefined) {
    // It ends with the platform, and nobody asks how.
    upload.catch(() => {});
    return undefined;
  }
  const [first] = report.rejections;
  if (report.rejected === 0) return report;
  throw new DemoError(
    'UPLOAD_INCOMPLETE',
    `the platform refused ${report.rejected} updates, the first at line ${first?.line} (${first?.path}): ${first?.message}`,
    'the generator and the platform’s schema disagree: compare both',
  );
};
