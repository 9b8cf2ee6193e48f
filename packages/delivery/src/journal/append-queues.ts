import { type Deferred, deferred } from '../base/deferred.ts';
import { Fifo } from '../base/fifo.ts';

/** Entries that wait for a write of their queue's turn. */
export interface Append {
  readonly queue: string;
  readonly entries: readonly string[];
  /** UTF-8 bytes of each entry. */
  readonly sizes: readonly number[];
  /** State that goes in with the last entry. Such an append is never cut in two. */
  readonly notes: ReadonlyMap<string, string | null> | undefined;
  /**
   * Called for each slice once it is durable: position of its first entry, index of that in
   * `entries`, and how many.
   */
  readonly taken: (first: number, from: number, count: number) => void;
}

interface Pending extends Deferred {
  readonly append: Append;
  /** Entries of it in writes so far. */
  from: number;
}

/** A piece of an append in one write. */
export interface Slice {
  readonly append: Append;
  readonly from: number;
  readonly count: number;
  /** Settles the append with its last slice; undefined for others. */
  readonly end: Deferred | undefined;
}

/** Bytes that a queue may put into a write before the next has its turn. */
const TURN_BYTES = 64 * 1024;

/**
 * Appends that wait for a write, queue by queue. Queues take turns, so that a small append does not
 * wait for a giant one of another destination.
 */
export class AppendQueues {
  readonly #queues = new Map<string, Fifo<Pending>>();
  /** Entries that wait. */
  entries = 0;

  get isEmpty(): boolean {
    return this.entries === 0;
  }

  add(append: Append): Promise<void> {
    const { promise, resolve, reject } = deferred();
    const pending: Pending = { append, from: 0, promise, resolve, reject };
    let queue = this.#queues.get(append.queue);
    if (queue === undefined) {
      queue = new Fifo();
      this.#queues.set(append.queue, queue);
    }
    queue.push(pending);
    this.entries += append.entries.length;
    return pending.promise;
  }

  /** Takes slices of about `maxBytes` in all, at least one where there is any, queues in turn. */
  take(maxBytes: number): Slice[] {
    const slices: Slice[] = [];
    let room = maxBytes;
    while (room > 0) {
      const [name, queue] = this.#queues.entries().next().value ?? [];
      if (name === undefined || queue === undefined) break;
      let turn = Math.min(room, TURN_BYTES);
      // A map keeps the order of insertion: deleting and setting puts the queue behind the others.
      this.#queues.delete(name);
      while (turn > 0) {
        const pending = queue.peek();
        if (pending === undefined) break;
        const { slice, bytes } = cut(pending, turn);
        slices.push(slice);
        this.entries -= slice.count;
        turn -= bytes;
        room -= bytes;
        if (slice.end !== undefined) queue.shift();
      }
      if (queue.size > 0) this.#queues.set(name, queue);
    }
    return slices;
  }

  /** Rejects everything that waits. */
  fail(error: Error): void {
    for (const queue of this.#queues.values()) {
      for (let pending = queue.shift(); pending !== undefined; pending = queue.shift()) pending.reject(error);
    }
    this.#queues.clear();
    this.entries = 0;
  }

  /** Resolves when everything that waits now is in a write that ended, well or not. */
  async passed(): Promise<void> {
    const last: Promise<void>[] = [];
    for (const queue of this.#queues.values()) {
      const pending = queue.last();
      if (pending !== undefined) last.push(pending.promise);
    }
    await Promise.allSettled(last);
  }
}

function cut(pending: Pending, maxBytes: number): { slice: Slice; bytes: number } {
  const { append, from } = pending;
  const { sizes, notes } = append;
  let bytes = 0;
  let to = from;
  while (to < sizes.length && (notes !== undefined || bytes < maxBytes)) {
    bytes += sizes[to] ?? 0;
    to += 1;
  }
  pending.from = to;
  const end = to === sizes.length ? pending : undefined;
  if (notes !== undefined) bytes += notesBytes(notes);
  // Even nothing takes a little of the turn, so that a loop over empty appends ends.
  return { slice: { append, from, count: to - from, end }, bytes: Math.max(1, bytes) };
}

/** UTF-8 bytes of notes with their names. */
export function notesBytes(notes: ReadonlyMap<string, string | null>): number {
  let bytes = 0;
  for (const [name, value] of notes) bytes += Buffer.byteLength(name) + Buffer.byteLength(value ?? '');
  return bytes;
}
