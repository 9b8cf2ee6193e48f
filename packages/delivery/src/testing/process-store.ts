import { DeliveryError } from '../delivery-error.ts';
import type { Lane, LaneWrite, Store } from '../store.ts';

/** How a call goes wrong: it fails before anything is written, after everything is, or is never answered, without or with effect. */
export type Fault = 'fail' | 'fail-after' | 'stall' | 'stall-after';

/**
 * A store as one process sees it. Several of these on one store are several processes; `kill` ends one as `kill -9` would: what
 * reached the store stays, nothing that comes later does, and no call is answered any more.
 */
export class ProcessStore implements Store {
  readonly #store: Store;
  readonly #faults = new Map<number, Fault>();
  #calls = 0;
  #killed = false;
  #ended: 'fail' | 'stall' | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  get id(): string {
    return this.#store.id;
  }

  get lanes(): number {
    return this.#store.lanes;
  }

  get atomic(): boolean {
    return this.#store.atomic;
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

  async own(log: string, lane: number): Promise<Lane> {
    const owned = await this.#call(() => this.#store.own(log, lane));
    return {
      log,
      lane,
      get lowWater() {
        return owned.lowWater;
      },
      get end() {
        return owned.end;
      },
      read: (from, maxBytes) => this.#call(() => owned.read(from, maxBytes)),
      scan: (prefix, after, limit) => this.#call(() => owned.scan(prefix, after, limit)),
      get: (key) => this.#call(() => owned.get(key)),
      [UNDERLYING]: owned,
    } as Lane;
  }

  write(writes: readonly LaneWrite[]): Promise<readonly number[]> {
    const inner = writes.map((write) => ({ ...write, lane: (write.lane as Wrapped)[UNDERLYING] }));
    return this.#call(() => this.#store.write(inner));
  }

  async close(): Promise<void> {}

  async #call<T>(call: () => Promise<T>): Promise<T> {
    this.#calls += 1;
    const fault = this.#killed ? 'stall' : (this.#ended ?? this.#faults.get(this.#calls));
    // Calls take effect in order: behind one that had none, no other has.
    if (fault === 'fail' || fault === 'fail-after') this.#ended = 'fail';
    if (fault === 'stall') this.#ended = 'stall';
    if (fault === 'fail') throw new DeliveryError('STORE_FAILED', 'The test made this call fail.');
    if (fault === 'stall') return forever();
    const result = await call();
    if (fault === 'fail-after')
      throw new DeliveryError('STORE_FAILED', 'The test made the answer to this call get lost.');
    if (fault === 'stall-after' || this.#killed) return forever();
    return result;
  }
}

const UNDERLYING = Symbol('underlying lane');

type Wrapped = Lane & { readonly [UNDERLYING]: Lane };

function forever<T>(): Promise<T> {
  return new Promise<T>(() => {});
}
