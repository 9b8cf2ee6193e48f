import { Readable } from 'node:stream';
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

/** Streams a segment in, in one request, no faster than the platform takes it. */
export const uploadSegment = async (options: UploadOptions): Promise<IngestReport> => {
  const report = await options.client.upload(options.feedId, Readable.from(ndjson(options), { objectMode: false }));
  const [first] = report.rejections;
  if (report.rejected === 0) return report;
  throw new DemoError(
    'UPLOAD_INCOMPLETE',
    `the platform refused ${report.rejected} updates, the first at line ${first?.line} (${first?.path}): ${first?.message}`,
    'the generator and the platform’s schema disagree: compare both',
  );
};
