import { type Deferred, deferred } from './deferred.ts';
import { Fifo } from './fifo.ts';

/** What a line costs in memory beside its text: its object, its place in arrays and maps. An estimate, on the safe side. */
export const LINE_OVERHEAD_BYTES = 256;

/** Bytes of unsettled lines held in memory, with a limit. Over it, those who reserve wait their turn; nothing is dropped. */
export class Budget {
  readonly #limit: number;
  #held = 0;
  readonly #waiting = new Fifo<Deferred & { readonly bytes: number }>();
  readonly #onRoom = new Set<() => void>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get held(): number {
    return this.#held;
  }

  get hasRoom(): boolean {
    return this.#held < this.#limit;
  }

  /** Takes `bytes` once there is room and everybody who asked before has had theirs. */
  reserve(bytes: number): Promise<void> | undefined {
    if (this.hasRoom && this.#waiting.size === 0) {
      this.#held += bytes;
      return undefined;
    }
    const turn = { bytes, ...deferred() };
    this.#waiting.push(turn);
    return turn.promise;
  }

  /** Takes `bytes` at once, for what cannot wait: lines that are durable already. */
  take(bytes: number): void {
    this.#held += bytes;
  }

  give(bytes: number): void {
    const wasFull = !this.hasRoom;
    this.#held -= bytes;
    while (this.hasRoom && this.#waiting.size > 0) this.#grant();
    if (wasFull && this.hasRoom) for (const callback of this.#onRoom) callback();
  }

  /** Lets everybody who waits go on, to be told that the engine is closed. */
  release(): void {
    while (this.#waiting.size > 0) this.#grant();
  }

  /** Calls back whenever room comes back after there was none. */
  onRoom(callback: () => void): void {
    this.#onRoom.add(callback);
  }

  #grant(): void {
    const turn = this.#waiting.shift();
    if (turn === undefined) return;
    this.#held += turn.bytes;
    turn.resolve();
  }
}
