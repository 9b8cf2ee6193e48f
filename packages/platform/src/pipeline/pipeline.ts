import { type DeliveryEvent, type Engine, openEngine, type RetryPolicy, type Store } from '@batchfeed/delivery';
import type { DeadLetterResource, FeedStatistics, PageQuery } from '@batchfeed/schemas';
import type { Logger } from 'pino';
import type { Page } from '../config/page.ts';
import type { AcceptedUpdate } from '../ingest/read-update.ts';
import { found } from '../platform-error.ts';
import type { PluginCaller } from '../plugin/plugin-caller.ts';
import { deadLetterResource, parseDeadLetterId } from './dead-letter-resource.ts';
import type { FeedDirectory } from './feed-directory.ts';
import { feedStatistics } from './feed-statistics.ts';
import { findRoute, sendBatch, sendUpdate } from './senders.ts';
import { sessionKey, splitSessionKey } from './session-key.ts';
import { ThrottleRegister } from './throttle-register.ts';

export interface PipelineOptions {
  readonly store: Store;
  readonly directory: FeedDirectory;
  readonly caller: PluginCaller;
  readonly logger: Logger;
  /** Updates of one feed under way at once. Default 64. */
  readonly updateConcurrency?: number;
  /** Batches of one feed under way at once. Default 4. */
  readonly batchConcurrency?: number;
  /** Milliseconds a call may take. Default: the caller's. */
  readonly callTimeoutMs?: number | undefined;
  /** How failed calls are repeated. Default: the engine's. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** Called when the store failed for good and nothing moves any more. */
  readonly onFailure: (error: Error) => void;
}

/**
 * From accepted updates to delivered batches, in two stages of the same engine over one store:
 *
 *   updates   one plugin call each, in order per user, many users at once; its lines and its end are one durable write
 *   lines     grouped by session and grouping key, sealed by the batching configuration, delivered to the plugin
 *
 * A feed is one destination of both.
 */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #updates: Engine;
  readonly #lines: Engine;
  readonly #throttles: ThrottleRegister;
  /** Ends the waiting of calls for their turn. */
  readonly #stopStarting: () => void;

  private constructor(
    options: PipelineOptions,
    updates: Engine,
    lines: Engine,
    throttles: ThrottleRegister,
    stopStarting: () => void,
  ) {
    this.#throttles = throttles;
    this.#stopStarting = stopStarting;
    this.#options = options;
    this.#updates = updates;
    this.#lines = lines;
  }

  static async open(options: PipelineOptions): Promise<Pipeline> {
    const { store, directory, logger, retry = {}, updateConcurrency = 64, batchConcurrency = 4 } = options;
    const onEvent = (event: DeliveryEvent) => report(event, logger, options.onFailure);
    const throttles = new ThrottleRegister();
    const stop = new AbortController();
    const context = { ...options, throttles, closing: stop.signal };
    const stopStarting = () => {
      stop.abort();
      throttles.disturb();
    };
    const paused = (feedId: string) => directory.find(feedId)?.status === 'PAUSED';
    // Both begin to send as they open, so the senders must not need the pipeline itself.
    const lines = await openEngine({
      store,
      log: 'lines',
      policy: (feedId, key) => {
        const { sessionId, rest } = splitSessionKey(key);
        return findRoute(directory, feedId).policy(sessionId, rest);
      },
      send: (batch) => sendBatch(batch, context),
      concurrency: batchConcurrency,
      paused,
      retry,
      onEvent,
    });
    const updates = await openEngine({
      store,
      log: 'updates',
      policy: 'unit',
      send: (batch) => sendUpdate(batch, context),
      concurrency: updateConcurrency,
      downstream: lines,
      paused,
      retry,
      onEvent,
    });
    return new Pipeline(options, updates, lines, throttles, stopStarting);
  }

  /** Takes updates in for a session of a feed. Resolves once they are on disk; waits while memory is short. */
  appender({ feedId, sessionId }: { feedId: string; sessionId: string }) {
    return async (updates: readonly AcceptedUpdate[]): Promise<void> => {
      const lines = updates.map(({ user, text }) => ({
        destination: feedId,
        key: sessionKey(sessionId, user),
        subject: user,
        content: text,
      }));
      const { refused } = await this.#updates.append(lines);
      // Whatever the engine refuses the ingest must have refused before; going on would lose it silently.
      if (refused[0] !== undefined) throw refused[0].error;
    };
  }

  /** Puts a changed configuration in force, for what is open too. */
  configurationChanged(): void {
    this.#options.directory.forget();
    this.#throttles.disturb();
    this.#lines.reconfigure();
  }

  /** Sends nothing more for a feed; what is in flight ends. */
  pause(feedId: string): void {
    this.#updates.pause(feedId);
    this.#lines.pause(feedId);
  }

  resume(feedId: string): void {
    this.#lines.resume(feedId);
    this.#updates.resume(feedId);
  }

  /** Seals the feed's open batches now, with the lines of every update that is done. */
  drain(feedId: string): Promise<void> {
    return this.#lines.drain(feedId);
  }

  statistics(feedId: string): FeedStatistics {
    return feedStatistics(this.#updates.ledger(feedId), this.#lines.ledger(feedId));
  }

  /** Dead updates first, then dead batches, each in order of dying. */
  async deadLetters(
    feedId: string,
    { first_result: first, max_results: max }: PageQuery,
  ): Promise<Page<DeadLetterResource>> {
    const query = { destination: feedId, limit: first + max };
    const [updates, batches] = await Promise.all([this.#updates.deadLetters(query), this.#lines.deadLetters(query)]);
    const letters = [
      ...updates.map((letter) => deadLetterResource('update', letter)),
      ...batches.map((letter) => deadLetterResource('batch', letter)),
    ];
    return {
      items: letters.slice(first, first + max),
      total: this.#updates.ledger(feedId).batches.dead + this.#lines.ledger(feedId).batches.dead,
    };
  }

  /**
   * Sends dead letters of a feed again: one, or all there are. Returns how many.
   *
   * @throws PlatformError `NOT_FOUND` when the feed has no such dead letter.
   */
  async replay(feedId: string, id?: string): Promise<number> {
    if (id !== undefined) {
      await this.#replayOne(feedId, id);
      return 1;
    }
    let replayed = 0;
    for (const engine of [this.#updates, this.#lines]) {
      const letters = await engine.deadLetters({ destination: feedId, limit: Number.POSITIVE_INFINITY });
      for (const { ref } of letters) await engine.replay(ref);
      replayed += letters.length;
    }
    return replayed;
  }

  async #replayOne(feedId: string, id: string): Promise<void> {
    const named = parseDeadLetterId(id);
    const engine = named?.stage === 'update' ? this.#updates : this.#lines;
    const letters = await engine.deadLetters({ destination: feedId, limit: Number.POSITIVE_INFINITY });
    const letter = letters.find(({ ref }) => ref === named?.ref);
    await engine.replay(found(letter, `dead letter ${id} of feed ${feedId}`).ref);
  }

  /** Starts nothing more, waits for what is in flight, and leaves the rest to the next start. */
  async close(patienceMs: number): Promise<void> {
    const { caller } = this.#options;
    this.#stopStarting();
    const impatience = setTimeout(() => void caller.close(), patienceMs);
    await this.#updates.close({ patienceMs });
    await this.#lines.close({ patienceMs });
    clearTimeout(impatience);
  }
}

function report(event: DeliveryEvent, logger: Logger, onFailure: (error: Error) => void): void {
  if (event.type === 'failed') onFailure(event.error);
  else if (event.type === 'dead' || event.type === 'ledger_mismatch') logger.warn(event, event.type);
  else if (event.type === 'attempt' && event.outcome !== 'delivered') logger.info(event, event.type);
  else logger.debug(event, event.type);
}
