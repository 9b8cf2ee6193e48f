import type { IngestReport } from '@batchfeed/schemas';
import { PlatformError } from '../platform-error.ts';
import { BodySplitter } from './body-splitter.ts';
import { LineSplitter, MAX_LINE_BYTES, type SplitLine } from './line-splitter.ts';
import { PartCutter } from './part-cutter.ts';
import { type AcceptedUpdate, isFault, readUpdate } from './read-update.ts';
import type { KeyedUpload } from './upload-register.ts';

/** Rejected lines that a report names. */
const REPORTED_REJECTIONS = 1_000;
/** A body of which nothing comes for so long is given up, in milliseconds. */
const STALLED_MS = 60_000;
/** Appends under way at once: one being written, one gathering behind it, so that disk and parser both keep busy. */
const APPENDS_AHEAD = 4;

export interface IngestTarget {
  /** Takes updates in, in the order of the calls; resolves once they are on disk, and only when there is room. */
  append(updates: readonly AcceptedUpdate[]): Promise<void>;
  /** Whether the body says that it is JSON, and so may be an array. */
  readonly isJson?: boolean;
  /** Whether the lines are all members of the segment rather than single updates. */
  readonly isWhole?: boolean;
  /** Of an upload with an `Idempotency-Key`: which parts of it were accepted before. */
  readonly guard?: KeyedUpload | undefined;
  now(): number;
  /** Milliseconds without a byte after which the upload is given up. Default 60,000. */
  readonly stalledMs?: number | undefined;
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
  const splitter = target.isJson === true ? new BodySplitter() : new LineSplitter();
  const cutter = target.guard && new PartCutter();
  const report: IngestReport = { accepted: 0, rejected: 0, rejections: [] };
  const appends: Promise<void>[] = [];
  /** Lines rejected among those that came before the end of what is taken in. */
  let rejectedBefore = 0;

  const take = async (lines: Iterable<SplitLine>) => {
    const updates = readLines(lines, report, target);
    await hand(updates, () => target.append(updates));
  };
  const hand = async (updates: readonly AcceptedUpdate[], append: () => Promise<void>) => {
    if (updates.length === 0 && cutter === undefined) return;
    if (appends.length >= APPENDS_AHEAD) {
      // Stays in the list until it is known to be well: the end looks there for what failed.
      await appends[0];
      appends.shift();
    }
    const { rejected } = report;
    const appended = append().then(() => {
      report.accepted += updates.length;
      rejectedBefore = rejected;
    });
    // Awaited later; until then a failure must not count as unhandled.
    appended.catch(() => {});
    appends.push(appended);
  };
  const takeParts = async (parts: Iterable<readonly SplitLine[]>) => {
    for (const part of parts) {
      const guard = target.guard as KeyedUpload;
      const isNew = guard.isNew(part);
      const updates = readLines(part, report, target);
      const number = guard.parts;
      if (isNew) await hand(updates, () => target.append(updates).then(() => guard.accepted(number)));
      else report.accepted += updates.length;
    }
  };
  const takeIn = (lines: Iterable<SplitLine>) => (cutter === undefined ? take(lines) : takeParts(cutter.push(lines)));

  let complete = false;
  try {
    for await (const chunk of until(target.closing, stream, target.stalledMs ?? STALLED_MS))
      await takeIn(splitter.push(chunk));
    complete = !target.closing.aborted;
    if (complete) {
      await takeIn(splitter.end());
      if (cutter !== undefined) await takeParts(cutter.end());
    }
  } finally {
    // All of them, whatever becomes of one: nothing of this upload is under way any more when it ends.
    const ends = await Promise.allSettled(appends);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined)
      await Promise.reject(target.closing.aborted ? cutShort(report.accepted, rejectedBefore) : failed.reason);
  }
  if (!complete) throw cutShort(report.accepted, report.rejected);
  return report;
}

/**
 * The stream's chunks until the signal aborts, which ends the waiting for a chunk too. Unlike `for await` over the stream
 * itself it leaves the stream alone when the reader gives up: destroying a request would take the answer's connection.
 */
async function* until(signal: AbortSignal, stream: AsyncIterable<Buffer>, stalledMs: number): AsyncGenerator<Buffer> {
  const iterator = stream[Symbol.asyncIterator]();
  let stopWaiting = () => {};
  const onAbort = () => stopWaiting();
  signal.addEventListener('abort', onAbort);
  let ended = false;
  try {
    while (!signal.aborted) {
      let stall: NodeJS.Timeout | undefined;
      const next = await new Promise<IteratorResult<Buffer>>((resolve, reject) => {
        stopWaiting = () => resolve({ done: true, value: undefined });
        stall = setTimeout(() => reject(stalled(stalledMs)), stalledMs);
        iterator.next().then(resolve, reject);
      }).finally(() => clearTimeout(stall));
      ended = next.done === true;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Whoever sends reads the answer only when all is sent.
    if (!ended && !signal.aborted) void swallow(iterator).catch(() => {});
  }
}

async function swallow(iterator: AsyncIterator<Buffer>): Promise<void> {
  while ((await iterator.next()).done !== true);
}

function stalled(ms: number): PlatformError {
  return new PlatformError(
    'TOO_SLOW',
    `Nothing of the request body came for ${ms / 1_000} s. What came before that is taken in.`,
  );
}

function cutShort(accepted: number, rejected: number): PlatformError {
  return new PlatformError(
    'UNAVAILABLE',
    `The platform is shutting down. Of this upload the first ${accepted + rejected} updates are dealt with (${accepted} accepted, ${rejected} rejected); send the rest again later.`,
  );
}

function readLines(lines: Iterable<SplitLine>, report: IngestReport, target: IngestTarget): AcceptedUpdate[] {
  const now = target.now();
  const updates: AcceptedUpdate[] = [];
  for (const { number, bytes } of lines) {
    const read =
      bytes === undefined
        ? { path: '', message: `is longer than ${MAX_LINE_BYTES} bytes` }
        : readUpdate(bytes, now, target.isWhole);
    if (!isFault(read)) updates.push(read);
    else {
      report.rejected += 1;
      if (report.rejections.length < REPORTED_REJECTIONS) report.rejections.push({ line: number, ...read });
    }
  }
  return updates;
}
