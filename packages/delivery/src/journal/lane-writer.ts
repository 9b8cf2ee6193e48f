/**
 * The one writer to a lane. It collects what the engines on that lane want written, and writes it
 * in one call while the next collection fills: one disk flush for everything that came meanwhile.
 * Several calls may be under way, so that the store works on one while the callers of another get
 * their answers and bring more. What is put in the same turn of the event loop is in the same
 * write, so a line handed from one engine to the next and the end of its cause are durable
 * together.
 *
 * States: idle ──put──▶ gathering ──turn ends──▶ writing ──▶ idle or gathering.
 * A failed write ──▶ broken, for good.
 */
import { type Deferred, deferred } from '../base/deferred.ts';
import { Fifo } from '../base/fifo.ts';
import { type DeliveryError, storeError } from '../delivery-error.ts';
import type { Lane, LaneWrite, Store } from '../store.ts';
import { type Append, AppendQueues, type Slice } from './append-queues.ts';
import { WritePart } from './write-part.ts';

/** An engine's side of the writer. */
export interface WriterMember {
  /**
   * Adds state that is worth writing once a write rather than once a change. Called for members
   * that asked by `part`.
   */
  beforeWrite(part: WritePart): void;
}

interface Gathering extends Deferred {
  readonly part: WritePart;
  readonly members: Set<WriterMember>;
}

/** Writes under way, whatever their size. */
const DEPTH = 2;
/**
 * Entries worth a write of their own while others are still coming, and how many such may be under
 * way: what waits at the store is one flush.
 */
const EARLY_ENTRIES = 64;
const EARLY_DEPTH = 4;
/**
 * Bytes of waiting appends that go into one write: more of them only make the callers of the first
 * wait.
 */
const WRITE_BYTES = 1024 * 1024;

export class LaneWriter {
  readonly lane: Lane;
  readonly #store: Store;
  readonly #appends = new AppendQueues();
  /** Gatherings that are large enough, the oldest first. */
  readonly #full = new Fifo<Gathering>();
  #gathering: Gathering | undefined;
  #writing = 0;
  /** The write that was begun last. */
  #latest: Promise<void> = Promise.resolve();
  /** State changes that are not complete yet and must not be written by halves. */
  #changing = 0;
  #scheduled = false;
  #broken: DeliveryError | undefined;
  readonly #onBroken = new Set<(error: DeliveryError) => void>();

  constructor(store: Store, lane: Lane) {
    this.#store = store;
    this.lane = lane;
  }

  /** UTF-8 bytes of one write, at most. */
  get maxWriteBytes(): number {
    return this.#store.maxWriteBytes;
  }

  /**
   * Calls back when a write failed; nothing more will be written. Returns a function that ends
   * this.
   */
  onBroken(callback: (error: DeliveryError) => void): () => void {
    this.#onBroken.add(callback);
    if (this.#broken !== undefined) callback(this.#broken);
    return () => this.#onBroken.delete(callback);
  }

  /** The part that is being gathered. `member` completes it before it is written. */
  part(member: WriterMember): WritePart {
    const gathering = this.#gather();
    gathering.members.add(member);
    return gathering.part;
  }

  /** Appends entries in their queue's turn; resolves when all of them are durable. */
  append(append: Append): Promise<void> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    const done = this.#appends.add(append);
    this.#schedule();
    if (this.#appends.entries >= EARLY_ENTRIES && this.#writing < EARLY_DEPTH && this.#changing === 0) this.#write();
    return done;
  }

  /** Resolves when every change so far is durable. */
  written(): Promise<void> {
    return this.#gather().promise;
  }

  /** Resolves when the appends that wait now, and every change so far, are durable. */
  async flushed(): Promise<void> {
    await this.#appends.passed();
    await this.written();
  }

  /** Runs a change of several puts that belong in one write. */
  together(change: () => void): void {
    this.#changing += 1;
    try {
      change();
    } finally {
      this.#changing -= 1;
      if (this.#changing === 0) this.#parkLarge();
    }
  }

  /**
   * A gathering that is large already goes into a write of its own, so that no write gets larger
   * than the store takes.
   */
  #parkLarge(): void {
    const gathering = this.#gathering;
    if (gathering === undefined || gathering.part.bytes < Math.min(WRITE_BYTES, this.maxWriteBytes / 4)) return;
    this.#gathering = undefined;
    this.#full.push(gathering);
    this.#schedule();
  }

  #gather(): Gathering {
    if (this.#gathering !== undefined) return this.#gathering;
    const gathering = { part: new WritePart(), members: new Set<WriterMember>(), ...deferred() };
    // A write without a waiting caller must not end the process when it fails: `onBroken` tells of
    // it.
    gathering.promise.catch(() => {});
    this.#gathering = gathering;
    this.#schedule();
    return gathering;
  }

  #schedule(): void {
    if (this.#writing >= DEPTH || this.#scheduled) return;
    if (this.#gathering === undefined && this.#full.size === 0 && this.#appends.isEmpty) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#writing < DEPTH) this.#write();
    });
  }

  #write(): void {
    const gathering = this.#full.shift() ?? this.#gathering;
    if (gathering === this.#gathering) this.#gathering = undefined;
    if (this.#broken !== undefined) {
      gathering?.reject(this.#broken);
      return;
    }
    if (gathering !== undefined) for (const member of gathering.members) member.beforeWrite(gathering.part);
    const slices = this.#appends.take(Math.min(WRITE_BYTES, this.maxWriteBytes / 2 - (gathering?.part.bytes ?? 0)));
    if (gathering === undefined && slices.length === 0) return;
    const before = this.#latest;
    const end = gathering ?? deferred();
    end.promise.catch(() => {});
    this.#latest = end.promise;
    this.#writing += 1;
    void this.#perform(gathering?.part, slices, end, before);
  }

  async #perform(part: WritePart | undefined, slices: readonly Slice[], end: Deferred, before: Promise<void>) {
    try {
      const { write, places } = composed(part, slices);
      // With nothing to write, the caller still waits for what was gathered before.
      const isEmpty = write.append.length + write.put.size + write.over.length + write.remove.length === 0;
      const firsts = isEmpty ? await before.then(() => []) : await this.#store.write(this.lane, write);
      this.together(() => {
        for (const { queue, offset, taken } of places) taken((firsts[queue] ?? 0) + offset);
        for (const callback of part?.callbacks ?? []) callback();
      });
      end.resolve();
      for (const slice of slices) slice.end?.resolve();
    } catch (error) {
      this.#break(storeError(error), end, slices);
    }
    this.#writing -= 1;
    this.#schedule();
  }

  /**
   * After a failed write nothing here knows what the store holds, and later writes build on it:
   * stop, and let a new owner of the lane read the store's own truth.
   */
  #break(error: DeliveryError, end: Deferred, slices: readonly Slice[]): void {
    // Of two writes under way the second fails because the first did; the first one's error is the
    // reason.
    const reason = this.#broken ?? error;
    end.reject(reason);
    for (const slice of slices) slice.end?.reject(reason);
    if (this.#broken !== undefined) return;
    this.#broken = error;
    this.#appends.fail(error);
    for (let parked = this.#full.shift(); parked !== undefined; parked = this.#full.shift()) parked.reject(error);
    for (const callback of this.#onBroken) callback(error);
  }
}

/** Where entries stand in a write, to be told their positions. */
interface PlaceInWrite {
  /** Index in the write's `append`. */
  readonly queue: number;
  readonly offset: number;
  readonly taken: (first: number) => void;
}

/** One write out of a part and slices of appends: each queue once. */
function composed(part: WritePart | undefined, slices: readonly Slice[]): { write: LaneWrite; places: PlaceInWrite[] } {
  const append: { queue: string; entries: string[] }[] = [];
  const indexes = new Map<string, number>();
  const places: PlaceInWrite[] = [];
  const add = (queue: string, entries: readonly string[], taken: (first: number) => void) => {
    const index = indexes.get(queue);
    const known = index === undefined ? undefined : append[index];
    if (index === undefined || known === undefined) {
      indexes.set(queue, append.length);
      places.push({ queue: append.length, offset: 0, taken });
      append.push({ queue, entries: [...entries] });
      return;
    }
    places.push({ queue: index, offset: known.entries.length, taken });
    for (const entry of entries) known.entries.push(entry);
  };
  for (const { queue, entries, taken } of part?.appends ?? []) add(queue, entries, taken);
  const put = part?.put ?? new Map<string, string | null>();
  for (const { append: of, from, count, end } of slices) {
    const entries = count === of.entries.length ? of.entries : of.entries.slice(from, from + count);
    if (count > 0) add(of.queue, entries, (first) => of.taken(first, from, count));
    if (end !== undefined && of.notes !== undefined) for (const [key, value] of of.notes) put.set(key, value);
  }
  return { write: { append, put, over: part?.over ?? [], remove: part?.remove ?? [] }, places };
}
