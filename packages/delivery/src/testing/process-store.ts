import { DeliveryError } from '../delivery-error.ts';
import type { Entry, Lane, LaneWrite, QueueExtent, Store } from '../store.ts';

/**
 * How a call goes wrong: it fails before anything is written, after everything is, or is never
 * answered, without or with effect.
 */
export type Fault = 'fail' | 'fail-after' | 'stall' | 'stall-after';

/**
 * A store as one process sees it. Several of these on one store are several processes; `kill` ends
 * one as `kill -9` would: what reached the store stays, nothing that comes later does, and no call
 * is answered any more.
 *
 * A call that goes wrong ends its lane: the later calls of that lane go wrong in the same way,
 * until the lane is owned anew. Other lanes go on.
 */
export class ProcessStore implements Store {
  readonly #store: Store;
  readonly #faults = new Map<number, Fault>();
  /** Lanes in which a call went wrong since they were taken. */
  readonly #ended = new Map<number, 'fail' | 'stall'>();
  #calls = 0;
  #killed = false;

  constructor(store: Store) {
    this.#store = store;
  }

  get id(): string {
    return this.#store.id;
  }

  get lanes(): number {
    return this.#store.lanes;
  }

  get maxWriteBytes(): number {
    return this.#store.maxWriteBytes;
  }

  /** Calls made so far, of any kind. */
  get calls(): number {
    return this.#calls;
  }

  /** Has the call with this number (from 1) go wrong. */
  failAt(call: number, fault: Fault): void {
    this.#faults.set(call, fault);
  }

  /** Whether `kill` was called: a sender of that process must send nothing more. */
  get killed(): boolean {
    return this.#killed;
  }

  /** Ends the process: no call has an effect or an answer any more. */
  kill(): void {
    this.#killed = true;
  }

  own(lane: number): Promise<Lane> {
    this.#ended.delete(lane);
    return this.call(lane, async () => new ProcessLane(this, await this.#store.own(lane)));
  }

  release(lane: Lane): Promise<void> {
    return this.call(lane.number, () => this.#store.release(underlying(lane)));
  }

  write(lane: Lane, write: LaneWrite): Promise<readonly number[]> {
    return this.call(lane.number, () => this.#store.write(underlying(lane), write));
  }

  async close(): Promise<void> {}

  /** Makes a call of a lane, unless it is to go wrong. */
  async call<T>(lane: number, call: () => Promise<T>): Promise<T> {
    this.#calls += 1;
    const fault = this.#killed ? 'stall' : (this.#ended.get(lane) ?? this.#faults.get(this.#calls));
    // Calls take effect in order: behind one that had none, no other of its lane has.
    if (fault === 'fail' || fault === 'fail-after') this.#ended.set(lane, 'fail');
    if (fault === 'stall') this.#ended.set(lane, 'stall');
    if (fault === 'fail') throw new DeliveryError('STORE_FAILED', 'The test made this call fail.');
    if (fault === 'stall') return forever();
    const result = await call();
    if (fault === 'fail-after')
      throw new DeliveryError('STORE_FAILED', 'The test made the answer to this call get lost.');
    if (fault === 'stall-after' || this.#killed) return forever();
    return result;
  }
}

/** A lane whose calls are calls of its process. */
class ProcessLane implements Lane {
  readonly number: number;
  readonly token: string;
  readonly queues: ReadonlyMap<string, QueueExtent>;
  readonly underlying: Lane;
  readonly #process: ProcessStore;

  constructor(process: ProcessStore, underlying: Lane) {
    this.number = underlying.number;
    this.token = underlying.token;
    this.queues = underlying.queues;
    this.underlying = underlying;
    this.#process = process;
  }

  read(queue: string, from: number, maxBytes: number): Promise<readonly Entry[]> {
    return this.#process.call(this.number, () => this.underlying.read(queue, from, maxBytes));
  }

  readAt(queue: string, positions: readonly number[]): Promise<readonly Entry[]> {
    return this.#process.call(this.number, () => this.underlying.readAt(queue, positions));
  }

  scan(prefix: string, after: string | undefined, limit: number) {
    return this.#process.call(this.number, () => this.underlying.scan(prefix, after, limit));
  }

  get(key: string): Promise<string | undefined> {
    return this.#process.call(this.number, () => this.underlying.get(key));
  }
}

function underlying(lane: Lane): Lane {
  if (lane instanceof ProcessLane) return lane.underlying;
  throw new TypeError('This lane was not taken through a ProcessStore.');
}

function forever(): Promise<never> {
  return new Promise(() => {});
}
