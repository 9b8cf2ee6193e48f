import type { RowOutcome } from './row.ts';

/** How far a run is. */
export interface BulkProgress extends Record<RowOutcome, number> {
  /** Rows read. */
  readonly rows: number;
  /** Rows that ended: the sum of the four outcomes. */
  readonly settled: number;
  /** Bytes of the requests that ended, without the batches around them. */
  readonly bytes: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Only with `total`. */
  readonly secondsLeft?: number;
}

interface ProgressOptions {
  readonly onProgress?: (progress: BulkProgress) => void;
  readonly progressEveryMs?: number;
  readonly total?: number;
}

/** Counts a run; time is passed in. */
export class Progress {
  /** Rows read. */
  rows = 0;
  readonly #outcomes: Record<RowOutcome, number> = { succeeded: 0, failed: 0, unknown: 0, unsent: 0 };
  readonly #startedAt: number;
  readonly #options: ProgressOptions;
  #settled = 0;
  #bytes = 0;
  #toldAt: number;

  constructor(now: number, options: ProgressOptions) {
    this.#startedAt = now;
    this.#toldAt = now;
    this.#options = options;
  }

  count(outcome: RowOutcome, bytes: number): void {
    this.#outcomes[outcome] += 1;
    this.#settled += 1;
    this.#bytes += bytes;
  }

  at(now: number): BulkProgress {
    const seconds = Math.max(0, now - this.#startedAt) / 1_000;
    const rate = (amount: number) => (seconds > 0 ? amount / seconds : 0);
    const { total } = this.#options;
    const progress = {
      ...this.#outcomes,
      rows: this.rows,
      settled: this.#settled,
      bytes: this.#bytes,
      seconds,
      rowsPerSecond: rate(this.#settled),
      bytesPerSecond: rate(this.#bytes),
    };
    if (total === undefined || progress.rowsPerSecond === 0) return progress;
    return { ...progress, secondsLeft: Math.max(0, total - this.#settled) / progress.rowsPerSecond };
  }

  tellNowAndThen(now: number): void {
    if (now - this.#toldAt >= (this.#options.progressEveryMs ?? 250)) this.tell(now);
  }

  tell(now: number): void {
    this.#toldAt = now;
    try {
      this.#options.onProgress?.(this.at(now));
    } catch {
      // A listener's mistake must not decide the end of a run.
    }
  }
}
