import type { Logger } from 'pino';
import type { PendingConnections } from '../config/configuration.ts';
import type { CircuitView } from '../pipeline/circuit.ts';
import { isPlatformError } from '../platform-error.ts';

interface Parts {
  readonly pending: PendingConnections;
  /**
   * Makes the connection call of a feed's plugin.
   *
   * @throws PlatformError when it is not answered, or refused
   */
  readonly connect: (feedId: string) => Promise<void>;
  /** The connection is there: what waits may be sent. */
  readonly connected: (feedId: string) => void;
  /** Milliseconds from the first call to the next; doubles with each that fails. Default 500. */
  readonly firstPauseMs?: number | undefined;
  /** Longest time between two calls, in milliseconds. Default 30,000. */
  readonly longestPauseMs?: number | undefined;
  readonly logger: Logger;
}

interface Attempt {
  /** Since when the plugin has not answered. */
  readonly since: number;
  pauseMs: number;
  timer: NodeJS.Timeout | undefined;
  reason: string | undefined;
  nextAt: number;
}

/**
 * Makes the connection calls of feeds that were put to work while their plugin did not answer. The
 * wish is durable: a restart goes on with it.
 *
 *   pending ──call answered──▶ connected        pending ──refused, or no answer──▶ pending, after a longer pause
 *   pending ──paused or deleted──▶ dropped
 */
export class Reconnections {
  readonly #parts: Parts;
  readonly #attempts = new Map<string, Attempt>();
  #stopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Goes on with what an earlier run left. */
  takeUp(): void {
    for (const feedId of this.#parts.pending.feedIds()) this.start(feedId);
  }

  /** Begins with a feed whose connection is pending; any other is left as it is. */
  start(feedId: string): void {
    const { pending, firstPauseMs = 500 } = this.#parts;
    const since = pending.sinceOf(feedId);
    if (since === undefined || this.#stopped || this.#attempts.has(feedId)) return;
    const attempt: Attempt = { since, pauseMs: firstPauseMs, timer: undefined, reason: undefined, nextAt: 0 };
    this.#attempts.set(feedId, attempt);
    this.#callLater(feedId, attempt);
  }

  /** Calls no more for a feed: it was paused or deleted. */
  drop(feedId: string): void {
    this.#parts.pending.remove(feedId);
    clearTimeout(this.#attempts.get(feedId)?.timer);
    this.#attempts.delete(feedId);
  }

  /**
   * How the plugin of a feed stands whose connection is pending, in the words of circuits;
   * undefined for another feed.
   */
  view(feedId: string): CircuitView | undefined {
    const attempt = this.#attempts.get(feedId);
    if (attempt === undefined) return undefined;
    const { since, reason, nextAt } = attempt;
    const said = reason === undefined ? {} : { reason };
    return { state: 'OPEN', since_ts: since, next_probe_ts: nextAt, ...said };
  }

  stop(): void {
    this.#stopped = true;
    for (const { timer } of this.#attempts.values()) clearTimeout(timer);
  }

  #callLater(feedId: string, attempt: Attempt): void {
    // Half of it by chance, so that feeds of one plugin do not call it together.
    const wait = attempt.pauseMs * (0.5 + Math.random() / 2);
    attempt.nextAt = Math.round(Date.now() + wait);
    attempt.timer = setTimeout(() => void this.#call(feedId, attempt), wait);
    attempt.timer.unref();
  }

  async #call(feedId: string, attempt: Attempt): Promise<void> {
    const { pending, connect, connected, longestPauseMs = 30_000, logger } = this.#parts;
    const error = await connect(feedId).then(
      () => undefined,
      (failure: Error) => failure,
    );
    // It may have been paused or deleted meanwhile.
    if (this.#stopped || this.#attempts.get(feedId) !== attempt) return;
    if (error === undefined) {
      this.#attempts.delete(feedId);
      pending.remove(feedId);
      connected(feedId);
      logger.info({ feed_id: feedId }, 'The plugin answered the connection call of a resumed feed.');
      return;
    }
    if (!isPlatformError(error)) logger.error({ feed_id: feedId, err: error }, 'connection call of a resumed feed');
    attempt.reason = error.message;
    attempt.pauseMs = Math.min(attempt.pauseMs * 2, longestPauseMs);
    this.#callLater(feedId, attempt);
  }
}
