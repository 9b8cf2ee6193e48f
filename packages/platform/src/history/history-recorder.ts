import type { DeliveryEvent, Outcome, OutgoingBatch } from '@batchfeed/delivery';
import { splitSessionKey } from '../pipeline/session-key.ts';
import type { BatchChange, PackedLines } from './batch-change.ts';
import { BatchTracker } from './batch-tracker.ts';
import type { Gap, WriteHistory } from './history-protocol.ts';
import { packLines } from './pack-lines.ts';
import { UpdateChunk } from './update-chunk.ts';
import { placeOf, updateEntry } from './update-entry.ts';
import type { UserHasher } from './user-hash.ts';

/** How long news stays in memory before it is handed over. */
export const HAND_OVER_MS = 250;
/** Changed batches, and bytes of their contents, that are handed over without waiting for that. */
const MAX_CHANGES = 2_000;
const MAX_TEXT = 4 * 1024 * 1024;
/** What may wait for being written: beyond the first contents are left out, beyond the second everything. */
const MAX_WAITING_TEXT = 24 * 1024 * 1024;
const MAX_WAITING_ITEMS = 200_000;
/** A batch takes as much memory as so many updates. */
const ITEMS_A_BATCH = 10;
/** So often the time is written when nothing happens, so that a crash leaves a short gap. */
const HEARTBEAT_MS = 10_000;

export interface HistoryRecorderParts {
  readonly hasher: UserHasher;
  readonly now: () => number;
  /** Writes what happened; rejects when that failed. */
  readonly write: (news: WriteHistory, transfer: readonly ArrayBuffer[]) => Promise<unknown>;
  /** Told of every batch that changed, at most every quarter of a second. */
  readonly onBatch?: (change: BatchChange) => void;
  /** Told once when writing begins to fail. */
  readonly onFailure: (error: Error) => void;
}

/**
 * The part of the history that the pipeline passes by: it notes down what happens in a few numbers each and hands that over
 * to the history's thread in pieces. It never waits and never throws. What cannot be written becomes a gap, which is
 * written as soon as anything can be.
 */
export class HistoryRecorder {
  readonly #parts: HistoryRecorderParts;
  readonly #batches = new BatchTracker();
  readonly #updates = new UpdateChunk();
  readonly #timer: NodeJS.Timeout;
  #text = 0;
  #waitingText = 0;
  #waitingItems = 0;
  /** Until when everything was handed over. */
  #upTo: number;
  #gap: { from: number; reason: Gap['reason'] } | undefined;
  #failing = false;
  #lastWrite = 0;

  constructor(parts: HistoryRecorderParts) {
    this.#parts = parts;
    this.#upTo = parts.now();
    this.#timer = setInterval(() => this.flush(), HAND_OVER_MS);
    this.#timer.unref();
  }

  updateAnswered(update: OutgoingBatch, outcome: Outcome): void {
    if (this.#isFull()) return;
    this.#updates.add(updateEntry(update, outcome, this.#parts.now(), this.#parts.hasher));
    if (this.#updates.isFull) this.flush();
  }

  batchSending(batch: OutgoingBatch): void {
    if (this.#isFull()) return;
    // With every attempt: who knows whether that of a former run was written. What is there already is not written again.
    this.#batches.sending(batch, this.#pack(batch));
    if (this.#batches.size >= MAX_CHANGES || this.#text >= MAX_TEXT) this.flush();
  }

  batchAnswered(batch: OutgoingBatch, outcome: Outcome): void {
    this.#batches.answered(batch, outcome);
  }

  event(stage: 'update' | 'batch', event: DeliveryEvent): void {
    const { now } = this.#parts;
    if (stage === 'update') {
      if (event.type === 'dead' && !this.#isFull()) this.#updateDied(event, now());
      return;
    }
    if (event.type === 'attempt') this.#batches.attempted(event, now());
    else if (event.type === 'dead') this.#batches.died(event, now());
    else if (event.type === 'sealed' && !this.#isFull()) this.#batches.sealed(event, now());
  }

  /** Hands over what was noted down. */
  flush(): void {
    const now = this.#parts.now();
    const isIdle = this.#batches.size === 0 && this.#updates.count === 0 && this.#gap === undefined;
    if (isIdle && Math.abs(now - this.#lastWrite) < HEARTBEAT_MS) {
      this.#upTo = now;
      return;
    }
    const changes = this.#batches.take();
    const chunk = this.#updates.count === 0 ? undefined : this.#updates.take();
    const gaps: Gap[] = [];
    // A gap ends with the first piece that goes through; until then it grows.
    if (this.#gap !== undefined && !this.#isFull()) {
      gaps.push({ ...this.#gap, to: now });
      this.#gap = undefined;
    }
    const text = this.#text;
    const items = changes.length * ITEMS_A_BATCH + (chunk?.count ?? 0);
    const from = this.#upTo;
    this.#text = 0;
    this.#upTo = now;
    this.#lastWrite = now;
    this.#waitingText += text;
    this.#waitingItems += items;
    const { onBatch } = this.#parts;
    if (onBatch !== undefined) for (const change of changes) onBatch(change);
    this.#parts
      .write({ changes, chunk, upTo: now, gaps }, transferable(changes, chunk?.bytes))
      .then(() => {
        this.#failing = false;
      })
      .catch((error: Error) => this.#failed(error, gaps[0]?.from ?? from))
      .finally(() => {
        this.#waitingText -= text;
        this.#waitingItems -= items;
      });
  }

  /** Hands nothing over any more by itself. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #updateDied(event: Extract<DeliveryEvent, { type: 'dead' }>, now: number): void {
    const { hasher } = this.#parts;
    const { sessionId, rest: user } = splitSessionKey(event.key);
    hasher.read(user);
    this.#updates.add({
      lo: hasher.lo,
      hi: hasher.hi,
      feedId: event.destination,
      sessionId,
      ...placeOf(event.batch),
      acceptedAt: now,
      answeredAt: now,
      kind: 'dead',
      operation: undefined,
      attempt: 0,
      lines: 0,
      status: undefined,
      reason: event.reason,
    });
    if (this.#updates.isFull) this.flush();
  }

  #pack({ lines, bytes, openedAt }: OutgoingBatch): PackedLines {
    const hasRoom = this.#waitingText + this.#text < MAX_WAITING_TEXT;
    if (hasRoom) this.#text += bytes;
    return packLines(lines, openedAt, this.#parts.hasher, hasRoom);
  }

  /** Whether so much waits to be written that nothing more can be taken: from then on there is a gap. */
  #isFull(): boolean {
    if (this.#waitingItems < MAX_WAITING_ITEMS) return false;
    this.#gap ??= { from: this.#parts.now(), reason: 'overload' };
    return true;
  }

  #failed(error: Error, from: number): void {
    this.#gap = { from: Math.min(from, this.#gap?.from ?? from), reason: 'failure' };
    if (this.#failing) return;
    this.#failing = true;
    this.#parts.onFailure(error);
  }
}

function transferable(changes: readonly BatchChange[], chunk: ArrayBuffer | undefined): ArrayBuffer[] {
  const buffers = changes.flatMap(({ packed }) =>
    packed === undefined ? [] : [packed.users.buffer, packed.ages.buffer, packed.sizes.buffer],
  );
  return [...(buffers as ArrayBuffer[]), ...(chunk === undefined ? [] : [chunk])];
}
