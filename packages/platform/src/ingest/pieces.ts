import { setImmediate } from 'node:timers/promises';
import type { IngestReport } from '@batchfeed/schemas';
import type { Notes } from '../flow/append-updates.ts';
import { PlatformError } from '../platform-error.ts';
import type { SplitLine } from './line-splitter.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { ReadLines } from './read-lines.ts';
import type { AcceptedUpdate } from './read-update.ts';

/** Rejected lines that a report names. */
const REPORTED_REJECTIONS = 1_000;
/** What a line costs in memory beside its bytes. */
const LINE_OVERHEAD_BYTES = 256;
/** So many lines take a while, after which others have their turn. */
const MANY_LINES = 1_000;
const DONE = Promise.resolve();

/** Where the pieces of an upload go. */
export interface PieceTarget<Update extends AcceptedUpdate> {
  /** Says what some lines are. Several calls may be under way. */
  read(lines: readonly SplitLine[]): Promise<ReadLines<Update>> | ReadLines<Update>;
  /** Asked before each piece: rejects when nothing more is to be taken in now. */
  mayTake(): Promise<void>;
  /** Takes updates in, in the order of the calls; resolves once they and the notes are on disk. */
  append(updates: readonly Update[], notes?: Notes): Promise<void>;
  /** How far it may read ahead of the disk. */
  readonly ahead: Pick<ReadAhead, 'bytes'>;
  /** Aborted when the platform closes. */
  readonly closing: AbortSignal;
  /**
   * Aborted when the client has hung up: what is being written is completed, and nothing more is
   * taken in.
   */
  readonly gone?: AbortSignal | undefined;
}

/** What goes with a piece. */
export interface PieceFacts {
  /** Whether it was taken in by an earlier upload. */
  readonly isKnown?: boolean;
  /** Kept in the write that takes it in. */
  readonly notes?: Notes | undefined;
}

interface Piece {
  readonly bytes: number;
  /** Settles when it is taken in, or not. */
  readonly end: Promise<void>;
}

/**
 * The pieces of one upload on their way: each is read as it comes, and taken in when those before
 * it are with the target.
 */
export class Pieces<Update extends AcceptedUpdate> {
  readonly report: IngestReport = { accepted: 0, rejected: 0, rejections: [] };
  readonly #target: PieceTarget<Update>;
  readonly #underWay: Piece[] = [];
  #bytes = 0;
  /** Resolves when the latest piece is with the target. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Lines rejected among those that came before the end of what is taken in. */
  #rejectedBefore = 0;

  constructor(target: PieceTarget<Update>) {
    this.#target = target;
  }

  /**
   * Adds a piece; waits while too much is under way.
   *
   * @throws whatever an earlier piece failed with.
   */
  async add(lines: readonly SplitLine[], facts: PieceFacts = {}): Promise<void> {
    while (this.#bytes > 0 && this.#bytes >= this.#target.ahead.bytes) {
      const [oldest] = this.#underWay;
      if (oldest === undefined) break;
      // Stays in the list until it is known to be well: the end looks there for what failed.
      await oldest.end;
      this.#underWay.shift();
      this.#bytes -= oldest.bytes;
    }
    if (lines.length >= MANY_LINES) await setImmediate();
    const bytes = lines.reduce((sum, line) => sum + (line.bytes?.length ?? 0) + LINE_OVERHEAD_BYTES, 0);
    this.#bytes += bytes;
    const reading = Promise.resolve(this.#target.read(lines));
    // Should an earlier piece fail, nobody asks for this one any more.
    reading.catch(() => {});
    const taken = this.#turn.then(() => reading).then((read) => this.#hand(read, facts));
    this.#turn = taken;
    const end = taken.then((piece) => piece.end);
    // Awaited later; until then a failure must not count as unhandled.
    end.catch(() => {});
    this.#underWay.push({ end, bytes });
  }

  /**
   * Waits for all of them, whatever becomes of one: nothing of the upload is under way any more
   * then.
   *
   * @throws what one failed with.
   */
  async end(): Promise<void> {
    const ends = await Promise.allSettled(this.#underWay.map(({ end }) => end));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw this.#target.closing.aborted ? shuttingDown() : failed.reason;
  }

  /** What is taken in: updates, and lines before their end that were none. */
  get taken(): { readonly accepted: number; readonly rejected: number } {
    return { accepted: this.report.accepted, rejected: this.#rejectedBefore };
  }

  /** The end comes in an object, so that the next piece need not wait for it. */
  async #hand(
    { updates, faults }: ReadLines<Update>,
    { isKnown = false, notes }: PieceFacts,
  ): Promise<{ readonly end: Promise<void> }> {
    const { report } = this;
    const isTaken = isKnown || updates.length === 0;
    if (!isTaken) await this.#target.mayTake();
    if (this.#target.gone?.aborted) throw hungUp();
    report.rejected += faults.length;
    const room = REPORTED_REJECTIONS - report.rejections.length;
    if (faults.length > 0 && room > 0) report.rejections.push(...faults.slice(0, room));
    const { rejected } = report;
    const { length } = updates;
    const end = (isTaken ? DONE : this.#target.append(updates, notes)).then(() => {
      report.accepted += length;
      this.#rejectedBefore = rejected;
    });
    return { end };
  }
}

/** What an upload is told that the platform's end cuts off. */
export function shuttingDown(): PlatformError {
  return new PlatformError('UNAVAILABLE', 'The platform is shutting down.');
}

/** What an upload ends with whose client has gone. */
export function hungUp(): PlatformError {
  return new PlatformError('INVALID', 'The request ended before its body was complete.');
}
