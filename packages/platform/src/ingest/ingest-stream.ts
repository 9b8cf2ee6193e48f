import type { IngestReport } from '@batchfeed/schemas';
import { PlatformError } from '../platform-error.ts';
import { LineSplitter, MAX_LINE_BYTES, type SplitLine } from './line-splitter.ts';
import { type AcceptedUpdate, isFault, readUpdate } from './read-update.ts';

/** Rejected lines that a report names. */
const REPORTED_REJECTIONS = 1_000;
/** Appends under way at once: one being written, one gathering behind it, so that disk and parser both keep busy. */
const APPENDS_AHEAD = 4;

export interface IngestTarget {
  /** Takes updates in, in the order of the calls; resolves once they are on disk, and only when there is room. */
  append(updates: readonly AcceptedUpdate[]): Promise<void>;
  now(): number;
  /** Aborted when the platform closes. */
  readonly closing: AbortSignal;
}

/**
 * Takes in a stream of NDJSON updates and reports once everything accepted is on disk. Reads no further than the target
 * keeps up. A line that is no valid update is counted and named; the others go on.
 *
 * When it throws, what was taken in before stays taken in.
 */
export async function ingestStream(stream: AsyncIterable<Buffer>, target: IngestTarget): Promise<IngestReport> {
  const splitter = new LineSplitter();
  const report: IngestReport = { accepted: 0, rejected: 0, rejections: [] };
  const appends: Promise<void>[] = [];

  const take = async (lines: Iterable<SplitLine>) => {
    const updates = readLines(lines, report, target.now());
    if (updates.length === 0) return;
    if (appends.length >= APPENDS_AHEAD) await appends.shift();
    const append = target.append(updates);
    // Awaited later; until then a failure must not count as unhandled.
    append.catch(() => {});
    appends.push(append);
    report.accepted += updates.length;
  };

  let complete = false;
  try {
    for await (const chunk of until(target.closing, stream)) await take(splitter.push(chunk));
    complete = !target.closing.aborted;
    if (complete) await take(splitter.end());
  } finally {
    await Promise.all(appends);
  }
  if (!complete) throw cutShort(report);
  return report;
}

/**
 * The stream's chunks until the signal aborts, which ends the waiting for a chunk too. Unlike `for await` over the stream
 * itself it leaves the stream alone when the reader gives up: destroying a request would take the answer's connection.
 */
async function* until(signal: AbortSignal, stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const iterator = stream[Symbol.asyncIterator]();
  let stopWaiting = () => {};
  const onAbort = () => stopWaiting();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      const next = await new Promise<IteratorResult<Buffer>>((resolve, reject) => {
        stopWaiting = () => resolve({ done: true, value: undefined });
        iterator.next().then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function cutShort({ accepted, rejected }: IngestReport): PlatformError {
  return new PlatformError(
    'UNAVAILABLE',
    `The platform is shutting down. Of this upload the first ${accepted + rejected} updates are dealt with (${accepted} accepted, ${rejected} rejected); send the rest again later.`,
  );
}

function readLines(lines: Iterable<SplitLine>, report: IngestReport, now: number): AcceptedUpdate[] {
  const updates: AcceptedUpdate[] = [];
  for (const { number, bytes } of lines) {
    const read =
      bytes === undefined ? { path: '', message: `is longer than ${MAX_LINE_BYTES} bytes` } : readUpdate(bytes, now);
    if (!isFault(read)) updates.push(read);
    else {
      report.rejected += 1;
      if (report.rejections.length < REPORTED_REJECTIONS) report.rejections.push({ line: number, ...read });
    }
  }
  return updates;
}
