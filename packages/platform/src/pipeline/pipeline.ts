import {
  type DeliveryEvent,
  type Engine,
  type Outcome,
  type OutgoingBatch,
  openEngine,
  type RetryPolicy,
  type Store,
} from '@batchfeed/delivery';
import type { DeadLetterResource, FeedStatistics, PageQuery } from '@batchfeed/schemas';
import type { Logger } from 'pino';
import type { Page } from '../config/page.ts';
import type { AcceptedUpdate } from '../ingest/read-update.ts';
import type { PluginCaller } from '../plugin/plugin-caller.ts';
import { batchOutcome } from './batch-outcome.ts';
import { deadLetterResource } from './dead-letter-resource.ts';
import type { FeedDirectory, FeedRoute } from './feed-directory.ts';
import { feedStatistics } from './feed-statistics.ts';
import { HandOver } from './hand-over.ts';
import { batchBody, updateBody } from './plugin-requests.ts';
import { sessionKey, splitSessionKey } from './session-key.ts';
import { updateOutcome } from './update-outcome.ts';

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

/** How long something waits that nobody can be asked about: a plugin without an address. */
const NOWHERE_DELAY_MS = 1_000;

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
  readonly #handOver: HandOver;

  private constructor(options: PipelineOptions, updates: Engine, lines: Engine, handOver: HandOver) {
    this.#options = options;
    this.#updates = updates;
    this.#lines = lines;
    this.#handOver = handOver;
  }

  static async open(options: PipelineOptions): Promise<Pipeline> {
    const { store, directory, logger, retry = {}, updateConcurrency = 64, batchConcurrency = 4 } = options;
    const onEvent = (event: DeliveryEvent) => report(event, logger, options.onFailure);
    // Both begin to send as they open, so the senders must not need the pipeline itself.
    const lines = await openEngine({
      store,
      log: 'lines',
      policy: (feedId, key) => {
        const { sessionId, rest } = splitSessionKey(key);
        return routeOf(directory, feedId).policy(sessionId, rest);
      },
      send: (batch) => sendBatch(batch, options),
      concurrency: (feedId) => allowance(directory, feedId, batchConcurrency),
      retry,
      onEvent,
    });
    const handOver = new HandOver(lines);
    const updates = await openEngine({
      store,
      log: 'updates',
      policy: 'unit',
      send: (batch) => sendUpdate(batch, options, handOver),
      concurrency: (feedId) => allowance(directory, feedId, updateConcurrency),
      downstream: lines,
      retry,
      onEvent,
    });
    return new Pipeline(options, updates, lines, handOver);
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
    this.#lines.reconfigure();
  }

  /** Begins to send again for a feed that was paused. A pause needs no call: it is part of the configuration. */
  resume(feedId: string): void {
    this.#lines.resume(feedId);
    this.#updates.resume(feedId);
  }

  /** Seals the feed's open batches now, with the lines of every update that is done. */
  async drain(feedId: string): Promise<void> {
    await this.#handOver.arrived(feedId);
    this.#lines.drain(feedId);
  }

  statistics(feedId: string): FeedStatistics {
    const underWay = this.#handOver.underWay(feedId);
    return feedStatistics(this.#updates.ledger(feedId), this.#lines.ledger(feedId), underWay);
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

  /** Starts nothing more, waits for what is in flight, and leaves the rest to the next start. */
  async close(patienceMs: number): Promise<void> {
    const { caller } = this.#options;
    const impatience = setTimeout(() => void caller.close(), patienceMs);
    await this.#updates.close({ patienceMs });
    await this.#lines.close({ patienceMs });
    clearTimeout(impatience);
  }
}

async function sendUpdate(
  batch: OutgoingBatch,
  { directory, caller, callTimeoutMs }: PipelineOptions,
  handOver: HandOver,
): Promise<Outcome> {
  const route = routeOf(directory, batch.destination);
  if (route.baseUrl === undefined) return nowhere();
  const { sessionId } = splitSessionKey(batch.key);
  const update = batch.lines[0] as OutgoingBatch['lines'][number];
  const toLine = (groupingKey: string, content: string) => ({
    destination: route.feedId,
    key: sessionKey(sessionId, groupingKey),
    subject: update.subject,
    content,
  });
  const answer = await caller.call({
    baseUrl: route.baseUrl,
    endpoint: '/v1/user_segment_update',
    body: updateBody(update.content, route.suffix(sessionId)),
    timeoutMs: callTimeoutMs,
  });
  const outcome = updateOutcome(answer, { attempt: batch.attempt, toLine });
  if (outcome.kind === 'delivered' && outcome.forward !== undefined) {
    handOver.forwarded(route.feedId, outcome.forward.length);
  }
  return outcome;
}

async function sendBatch(
  batch: OutgoingBatch,
  { directory, caller, callTimeoutMs }: PipelineOptions,
): Promise<Outcome> {
  const route = routeOf(directory, batch.destination);
  if (route.baseUrl === undefined) return nowhere();
  const { sessionId, rest: groupingKey } = splitSessionKey(batch.key);
  const contents = batch.lines.map(({ content }) => content);
  const answer = await caller.call({
    baseUrl: route.baseUrl,
    endpoint: '/v1/batch_update',
    body: batchBody(contents, batch.sealedAt, groupingKey, route.context(sessionId)),
    headers: ['idempotency-key', batch.id, 'x-batchfeed-attempt', String(batch.attempt)],
    timeoutMs: callTimeoutMs,
  });
  return batchOutcome(answer, batch.lines.length);
}

/** Sends under way at once: none for a paused feed, from the first moment after a start on. */
function allowance(directory: FeedDirectory, feedId: string, usual: number): number {
  return directory.find(feedId)?.status === 'PAUSED' ? 0 : usual;
}

function routeOf(directory: FeedDirectory, feedId: string): FeedRoute {
  const route = directory.find(feedId);
  if (route === undefined) throw new Error(`Feed ${feedId} is not in the configuration.`);
  return route;
}

function nowhere(): Outcome {
  return { kind: 'retry', reason: 'Nobody has said where the plugin listens', delayMs: NOWHERE_DELAY_MS };
}

function report(event: DeliveryEvent, logger: Logger, onFailure: (error: Error) => void): void {
  if (event.type === 'failed') onFailure(event.error);
  else if (event.type === 'dead' || event.type === 'ledger_mismatch') logger.warn(event, event.type);
  else if (event.type === 'attempt' && event.outcome !== 'delivered') logger.info(event, event.type);
  else logger.debug(event, event.type);
}
