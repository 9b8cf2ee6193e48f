import type { Configuration } from '../config/configuration.ts';
import { DAY_MS, HOUR_MS } from '../config/statistics-tables.ts';
import type { DurableTotals, StatisticsRecorder } from '../statistics/statistics-recorder.ts';

export interface RetentionOptions {
  /** Days that statistics are kept by the hour; then by the day. Default 90. */
  readonly hourlyDays?: number;
  /** Days that they are kept by the day; then as one sum a session. Default 800. */
  readonly dailyDays?: number;
}

/** Node's timers take no longer time than this. */
const SWEEP_MS = HOUR_MS;

/**
 * Keeps what is settled small. Delivered updates and lines leave the store by themselves; dead letters stay until they
 * are replayed; statistics become coarser with age, and their sums stay right.
 */
export class Retention {
  readonly #configuration: Configuration;
  readonly #recorder: StatisticsRecorder;
  readonly #now: () => number;
  readonly #hourlyMs: number;
  readonly #dailyMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    configuration: Configuration,
    recorder: StatisticsRecorder,
    now: () => number,
    { hourlyDays = 90, dailyDays = 800 }: RetentionOptions = {},
  ) {
    this.#configuration = configuration;
    this.#recorder = recorder;
    this.#now = now;
    this.#hourlyMs = hourlyDays * DAY_MS;
    this.#dailyMs = dailyDays * DAY_MS;
  }

  /** Makes the statistics of every feed agree with its ledgers, as after a crash they may not. */
  makeWhole(durableTotals: (feedId: string) => DurableTotals): void {
    const recorded = this.#configuration.statistics.totals();
    const page = { first_result: 0, max_results: 1_000_000 };
    for (const { id, session_id: sessionId } of this.#configuration.feeds.list(page).items) {
      if (sessionId !== undefined) this.#recorder.reconcile(id, sessionId, durableTotals(id), recorded.get(id));
    }
    this.#recorder.flush();
  }

  start(): void {
    this.sweep();
    this.#timer = setInterval(() => this.sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  sweep(): void {
    const now = this.#now();
    this.#configuration.statistics.merge(Math.max(0, now - this.#hourlyMs), Math.max(0, now - this.#dailyMs));
  }
}
