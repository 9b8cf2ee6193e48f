import type { Clock } from './clock.ts';

interface Wake {
  readonly at: number;
  readonly run: () => void;
}

/** Runs callbacks at their times with one timer for all of them: a binary heap, earliest first. */
export class Alarm {
  readonly #clock: Clock;
  readonly #heap: Wake[] = [];
  #stopped = false;
  #armedFor = Number.POSITIVE_INFINITY;
  #disarm: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  at(time: number, run: () => void): void {
    if (this.#stopped) return;
    this.#push({ at: time, run });
    this.#arm();
  }

  /** Forgets everything, now and later. */
  stop(): void {
    this.#stopped = true;
    this.#disarm?.();
    this.#disarm = undefined;
    this.#heap.length = 0;
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || first.at >= this.#armedFor) return;
    this.#disarm?.();
    this.#armedFor = first.at;
    this.#disarm = this.#clock.after(Math.max(0, first.at - this.#clock.now()), () => this.#fire());
  }

  #fire(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    this.#disarm = undefined;
    const now = this.#clock.now();
    while (!this.#stopped && this.#heap[0] !== undefined && this.#heap[0].at <= now) this.#pop().run();
    this.#arm();
  }

  #push(wake: Wake): void {
    const heap = this.#heap;
    let index = heap.push(wake) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((heap[parent] as Wake).at <= wake.at) break;
      heap[index] = heap[parent] as Wake;
      index = parent;
    }
    heap[index] = wake;
  }

  #pop(): Wake {
    const heap = this.#heap;
    const first = heap[0] as Wake;
    const last = heap.pop() as Wake;
    if (heap.length > 0) {
      let index = 0;
      for (;;) {
        let child = 2 * index + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && (heap[child + 1] as Wake).at < (heap[child] as Wake).at) child += 1;
        if ((heap[child] as Wake).at >= last.at) break;
        heap[index] = heap[child] as Wake;
        index = child;
      }
      heap[index] = last;
    }
    return first;
  }
}
