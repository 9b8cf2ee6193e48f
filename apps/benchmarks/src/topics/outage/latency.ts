import { setTimeout as sleep } from 'node:timers/promises';

/** Does a small thing again and again until it is told to stop, and notes how long each time took, in milliseconds. */
export class Prober {
  readonly #probe: () => Promise<unknown>;
  readonly #pauseMs: number;
  readonly #took: number[] = [];
  #running = true;
  readonly #done: Promise<void>;

  constructor(probe: () => Promise<unknown>, pauseMs = 5) {
    this.#probe = probe;
    this.#pauseMs = pauseMs;
    this.#done = this.#run();
  }

  /** All times, the shortest first. */
  async stop(): Promise<number[]> {
    this.#running = false;
    await this.#done;
    return this.#took.toSorted((one, other) => one - other);
  }

  async #run(): Promise<void> {
    while (this.#running) {
      const startedAt = performance.now();
      await this.#probe();
      this.#took.push(performance.now() - startedAt);
      await sleep(this.#pauseMs);
    }
  }
}

/** The value below which such a share of sorted values lies. */
export function percentile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new RangeError('a percentile needs at least one value');
  return value;
}

/** Median, p99 and the longest, for a detail. */
export function describeTimes(sorted: readonly number[]): string {
  const [middle, late, longest] = [0.5, 0.99, 1].map((share) => percentile(sorted, share).toFixed(1));
  return `${sorted.length} times, median ${middle} ms, p99 ${late} ms, longest ${longest} ms`;
}
