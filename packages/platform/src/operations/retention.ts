import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import { DAY_MS, HOUR_MS } from '../config/statistics-tables.ts';
import type { UploadRegister } from '../ingest/upload-register.ts';
import type { DeadLetters } from '../pipeline/dead-letters.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { DurableTotals, StatisticsRecorder } from '../statistics/statistics-recorder.ts';

export interface RetentionOptions {
  /** Days that statistics are kept by the hour; then by the day. Default 90. */
  readonly hourlyDays?: number;
  /** Days that they are kept by the day; then as one sum a session. Default 800. */
  readonly dailyDays?: number;
  /** Days that dead letters are kept; 0 for ever, until somebody replays them. Default 0. */
  readonly deadLetterDays?: number;
}

interface Parts {
  readonly configuration: Configuration;
  readonly recorder: StatisticsRecorder;
  readonly deadLetters: Pick<DeadLetters, 'expire'>;
  readonly uploads: Pick<UploadRegister, 'forgetOld'>;
  readonly pipeline: Pick<Pipeline, 'feedIds'>;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Node's timers take no longer time than this. */
const SWEEP_MS = HOUR_MS;

/**
 * Keeps what is settled small. Delivered updates and lines leave the store by themselves; dead letters stay until they
 * are replayed, or are as old as they may become; statistics become coarser with age, and their sums stay right.
 */
export class Retention {
  readonly #parts: Parts;
  readonly #hourlyMs: number;
  readonly #dailyMs: number;
  readonly #deadLetterMs: number;
  #expiry: Promise<void> | undefined;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: Parts, { hourlyDays = 90, dailyDays = 800, deadLetterDays = 0 }: RetentionOptions = {}) {
    this.#parts = parts;
    this.#hourlyMs = hourlyDays * DAY_MS;
    this.#dailyMs = dailyDays * DAY_MS;
    this.#deadLetterMs = deadLetterDays * DAY_MS;
  }

  /** Makes the statistics of every feed agree with its ledgers, as after a crash they may not. */
  makeWhole(durableTotals: (feedId: string) => DurableTotals): void {
    const { configuration, recorder } = this.#parts;
    const recorded = configuration.statistics.totals();
    const page = { first_result: 0, max_results: 1_000_000 };
    for (const { id, session_id: sessionId } of configuration.feeds.list(page).items) {
      if (sessionId !== undefined) recorder.reconcile(id, sessionId, durableTotals(id), recorded.get(id));
    }
    recorder.flush();
  }

  start(): void {
    this.sweep();
    this.#timer = setInterval(() => this.sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  sweep(): void {
    const { configuration, now } = this.#parts;
    configuration.statistics.merge(Math.max(0, now() - this.#hourlyMs), Math.max(0, now() - this.#dailyMs));
    this.#parts.uploads
      .forgetOld(this.#parts.pipeline.feedIds)
      .catch((err: Error) => this.#failed(err, 'retention of uploads'));
    if (this.#deadLetterMs > 0) this.#expiry ??= this.#expireDeadLetters(now() - this.#deadLetterMs);
  }

  /** Each is in the log, and all of them are in the ledgers, so that none is missed by whoever looks for it. */
  async #expireDeadLetters(before: number): Promise<void> {
    const { deadLetters, logger } = this.#parts;
    try {
      const expired = await deadLetters.expire(before);
      if (expired > 0) logger.warn({ dead_letters: expired }, 'dead letters thrown away for their age');
    } catch (error) {
      this.#failed(error, 'retention of dead letters');
    } finally {
      this.#expiry = undefined;
    }
  }

  #failed(err: unknown, what: string): void {
    // The platform closes: the next start goes on.
    if (!this.#stopped) this.#parts.logger.error({ err }, what);
  }
}
