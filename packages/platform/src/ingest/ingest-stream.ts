import type { IngestReport } from '@batchfeed/schemas';
import { isPlatformError, PlatformError, type PlatformErrorCode } from '../platform-error.ts';
import { BodySplitter } from './body-splitter.ts';
import { LineSplitter, type SplitLine } from './line-splitter.ts';
import { PartCutter } from './part-cutter.ts';
import { hungUp, Pieces, type PieceTarget, shuttingDown } from './pieces.ts';
import type { AcceptedUpdate } from './read-update.ts';
import type { KeyedUpload } from './upload-register.ts';

/** A body of which nothing comes for so long is given up, in milliseconds. */
const STALLED_MS = 60_000;
/** What an upload is stopped with that can be gone on with as it is. */
const STOPS: ReadonlySet<PlatformErrorCode> = new Set(['UNAVAILABLE', 'BACKLOG_FULL', 'DISK_LOW', 'TOO_SLOW']);

export interface IngestTarget<Update extends AcceptedUpdate> extends PieceTarget<Update> {
  /** Whether the body says that it is JSON, and so may be an array. */
  readonly isJson?: boolean;
  /** Of an upload with an `Idempotency-Key`: which parts of it were accepted before. */
  readonly guard?: KeyedUpload | undefined;
  /** Milliseconds without a byte after which the upload is given up. Default 60,000. */
  readonly stalledMs?: number | undefined;
}

/**
 * Takes in a stream of NDJSON updates and reports once everything accepted is on disk. Reads no
 * further than the target keeps up. A line that is no valid update is counted and named; the others
 * go on.
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
  const takeIn = async (lines: Iterable<SplitLine>) => {
    if (guard === undefined || cutter === undefined) {
      const piece = [...lines];
      if (piece.length > 0) await pieces.add(piece);
      return;
    }
    for (const part of cutter.push(lines)) await pieces.add(part, guard.read(part));
  };
  const takeInEnd = async () => {
    await takeIn(splitter.end());
    if (guard === undefined || cutter === undefined) return;
    for (const part of cutter.end()) await pieces.add(part, guard.read(part));
  };

  try {
    await takeAll(target, stream, pieces, { push: (chunk) => takeIn(splitter.push(chunk)), end: takeInEnd });
  } catch (error) {
    throw isPlatformError(error) ? withCounts(error, pieces.taken, guard !== undefined) : error;
  }
  return pieces.report;
}

/** Takes the whole stream in, and waits for what is under way, whatever happens. */
async function takeAll<Update extends AcceptedUpdate>(
  { closing, gone, stalledMs = STALLED_MS }: IngestTarget<Update>,
  stream: AsyncIterable<Buffer>,
  pieces: Pieces<Update>,
  take: { readonly push: (chunk: Buffer) => Promise<void>; readonly end: () => Promise<void> },
): Promise<void> {
  try {
    for await (const chunk of until([closing, gone], stream, stalledMs)) await take.push(chunk);
    if (gone?.aborted) throw hungUp();
    if (closing.aborted) throw shuttingDown();
    await take.end();
  } finally {
    await pieces.end();
  }
}

/** The same error with how much of the upload is taken in, and how it is gone on with. */
function withCounts(error: PlatformError, taken: Pieces<AcceptedUpdate>['taken'], hasKey: boolean): PlatformError {
  const { accepted, rejected } = taken;
  const isStop = STOPS.has(error.code);
  const dealtWith = `Of this upload the first ${accepted + rejected} updates are dealt with (${accepted} accepted, ${rejected} rejected).`;
  const goOn = hasKey ? 'Repeat it under its Idempotency-Key: it goes on there.' : 'Send the rest again later.';
  const message = isStop ? `${error.message} ${dealtWith} ${goOn}` : error.message;
  return new PlatformError(error.code, message, { cause: error, facts: { ...error.facts, ...taken } });
}

/**
 * The stream's chunks until a signal aborts, which ends the waiting for a chunk too. Unlike `for
 * await` over the stream itself it leaves the stream alone when the reader gives up: destroying a
 * request would take the answer's connection.
 */
async function* until(
  signals: readonly (AbortSignal | undefined)[],
  stream: AsyncIterable<Buffer>,
  stalledMs: number,
): AsyncGenerator<Buffer> {
  const isOver = () => signals.some((signal) => signal?.aborted);
  const iterator = stream[Symbol.asyncIterator]();
  let stopWaiting = () => {};
  const onAbort = () => stopWaiting();
  for (const signal of signals) signal?.addEventListener('abort', onAbort);
  let ended = false;
  try {
    while (!isOver()) {
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
    for (const signal of signals) signal?.removeEventListener('abort', onAbort);
    // Whoever sends reads the answer only when all is sent.
    if (!ended) void swallow(iterator).catch(() => {});
  }
}

async function swallow(iterator: AsyncIterator<Buffer>): Promise<void> {
  while ((await iterator.next()).done !== true);
}

function stalled(ms: number): PlatformError {
  return new PlatformError('TOO_SLOW', `Nothing of the request body came for ${ms / 1_000} s.`);
}
