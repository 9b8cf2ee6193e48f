import type { IngestReport } from '@batchfeed/schemas';
import { PlatformError } from '../platform-error.ts';
import { BodySplitter } from './body-splitter.ts';
import { LineSplitter, type SplitLine } from './line-splitter.ts';
import { PartCutter } from './part-cutter.ts';
import { cutShort, Pieces, type PieceTarget } from './pieces.ts';
import type { AcceptedUpdate } from './read-update.ts';
import type { KeyedUpload } from './upload-register.ts';

/** A body of which nothing comes for so long is given up, in milliseconds. */
const STALLED_MS = 60_000;
const DONE = Promise.resolve();

export interface IngestTarget<Update extends AcceptedUpdate> extends PieceTarget<Update> {
  /** Whether the body says that it is JSON, and so may be an array. */
  readonly isJson?: boolean;
  /** Of an upload with an `Idempotency-Key`: which parts of it were accepted before. */
  readonly guard?: KeyedUpload | undefined;
  /** Milliseconds without a byte after which the upload is given up. Default 60,000. */
  readonly stalledMs?: number | undefined;
}

/**
 * Takes in a stream of NDJSON updates and reports once everything accepted is on disk. Reads no further than the target
 * keeps up. A line that is no valid update is counted and named; the others go on.
 *
 * When it throws, what was taken in before stays taken in.
 */
export async function ingestStream<Update extends AcceptedUpdate>(
  stream: AsyncIterable<Buffer>,
  target: IngestTarget<Update>,
): Promise<IngestReport> {
  const splitter = target.isJson === true ? new BodySplitter() : new LineSplitter();
  const pieces = new Pieces(target);
  const { guard } = target;
  const cutter = guard && new PartCutter();
  const takeParts = async (parts: Iterable<readonly SplitLine[]>) => {
    for (const part of parts) {
      const isNew = (guard as KeyedUpload).isNew(part);
      const number = (guard as KeyedUpload).parts;
      await pieces.add(part, isNew ? (append) => append().then(() => guard?.accepted(number)) : async () => {});
    }
  };
  const takeIn = async (lines: Iterable<SplitLine>) => {
    if (cutter !== undefined) return takeParts(cutter.push(lines));
    const piece = [...lines];
    if (piece.length > 0) await pieces.add(piece, (append, updates) => (updates === 0 ? DONE : append()));
  };

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
    await pieces.end();
  }
  const { report } = pieces;
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
    if (!ended) void swallow(iterator).catch(() => {});
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
