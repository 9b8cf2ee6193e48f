import type { QueueBook } from './queue-book.ts';

/** Entries that are over and whose rows in the table `piece` are still to be looked at. */
export interface Sweep {
  readonly queue: QueueBook;
  from: number;
  to: number;
}

/** Sweeps to do, oldest first. Ranges of a queue that come one behind the other are one sweep. */
export class Sweeps {
  #waiting: Sweep[] = [];
  readonly #lastOf = new Map<QueueBook, Sweep>();

  get size(): number {
    return this.#waiting.length;
  }

  add(queue: QueueBook, from: number, to: number): void {
    if (from >= to) return;
    const last = this.#lastOf.get(queue);
    if (last !== undefined && last.to === from) {
      last.to = to;
      return;
    }
    const sweep = { queue, from, to };
    this.#waiting.push(sweep);
    this.#lastOf.set(queue, sweep);
  }

  /** The sweeps that wait, in order. */
  get waiting(): readonly Sweep[] {
    return this.#waiting;
  }

  /** The first `count` sweeps are done. */
  done(count: number): void {
    for (const sweep of this.#waiting.slice(0, count)) {
      if (this.#lastOf.get(sweep.queue) === sweep) this.#lastOf.delete(sweep.queue);
    }
    this.#waiting = this.#waiting.slice(count);
  }
}
