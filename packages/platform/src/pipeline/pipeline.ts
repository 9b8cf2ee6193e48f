import type { Engine, OpenGroup } from '@batchfeed/delivery';
import type { FeedStatistics, FeedStatus } from '@batchfeed/schemas';
import type { Logger } from 'pino';
import { type AppendUpdates, appendUpdates, type Notes } from '../flow/append-updates.ts';
import { emptyFeed } from '../flow/empty-feed.ts';
import type { FeedSample } from '../live/feed-sample.ts';
import { Metrics } from '../operations/metrics.ts';
import type { Trace } from '../operations/trace.ts';
import type { DurableTotals } from '../statistics/statistics-recorder.ts';
import { isLeaving } from '../views/feed-waits.ts';
import type { CircuitPolicy, CircuitView } from './circuit.ts';
import { CircuitRegister } from './circuit-register.ts';
import type { Stage } from './dead-letter-filter.ts';
import { DeadLetters } from './dead-letters.ts';
import { durableTotals } from './durable-totals.ts';
import { feedStatistics } from './feed-statistics.ts';
import { Inquiry } from './inquiry.ts';
import { metricsSource } from './metrics-source.ts';
import { callInOwnTurn } from './own-turn.ts';
import { sampleFeed } from './sample-feed.ts';
import { openStages, type StageOptions } from './stages.ts';
import { ThrottleRegister } from './throttle-register.ts';

export interface PipelineOptions extends StageOptions {
  readonly trace: Trace;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** When plugins count as down. Default: see `CircuitPolicy`. */
  readonly circuit?: Partial<CircuitPolicy> | undefined;
  readonly logger: Logger;
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
  readonly #circuits: CircuitRegister;
  #closing = false;
  /** Both stages, to be looked at. */
  readonly engines: Readonly<Record<Stage, Engine>>;
  /** Where things are. */
  readonly inquiry: Inquiry;
  /** What died. */
  readonly deadLetters: DeadLetters;
  readonly metrics: Metrics;
  /** Ends the waiting of calls for their turn. */
  readonly #stopStarting: () => void;

  private constructor(
    options: PipelineOptions,
    updates: Engine,
    lines: Engine,
    throttles: ThrottleRegister,
    circuits: CircuitRegister,
    stopStarting: () => void,
  ) {
    this.#throttles = throttles;
    this.#circuits = circuits;
    this.#stopStarting = stopStarting;
    this.#options = options;
    this.#updates = updates;
    this.#lines = lines;
    this.deadLetters = new DeadLetters(updates, lines, options.trace);
    this.inquiry = new Inquiry(updates, lines, this.deadLetters, options.trace);
    this.engines = { update: updates, batch: lines };
    this.metrics = new Metrics(metricsSource(this.engines, circuits), options.now);
    options.observer.metrics = this.metrics;
  }

  static async open(options: PipelineOptions): Promise<Pipeline> {
    const throttles = new ThrottleRegister();
    const stop = new AbortController();
    const circuits = new CircuitRegister(options.caller, options.logger, options.circuit);
    const context = { ...options, throttles, circuits, closing: stop.signal };
    const stopStarting = () => {
      stop.abort();
      circuits.close();
      throttles.disturb();
    };
    const { updates, lines } = await openStages(context);
    return new Pipeline(options, updates, lines, throttles, circuits, stopStarting);
  }

  /** Takes updates in for a session of a feed. See `appendUpdates`. */
  appender(scope: { feedId: string; sessionId: string }): AppendUpdates {
    const { feedId, sessionId } = scope;
    const isGone = () => {
      const status = this.status(feedId);
      return status === undefined || isLeaving(status);
    };
    const accepted = (updates: number) => this.#options.observer.accepted(feedId, sessionId, updates);
    return appendUpdates({ updates: this.#updates, isGone, accepted }, scope);
  }

  /** Small values that are kept with a feed; null deletes one. Resolves when that is on disk. */
  note(feedId: string, notes: Notes): Promise<void> {
    return this.#updates.note(feedId, notes);
  }

  /** Those whose names begin with `prefix`. */
  notes(feedId: string, prefix: string): Promise<ReadonlyMap<string, string>> {
    return this.#updates.notes(feedId, prefix);
  }

  /** Feeds that have or had updates and are not deleted. */
  get feedIds(): readonly string[] {
    return this.#updates.destinations();
  }

  /** Bytes on disk of what is not over of a feed, in both stages. */
  backlogBytes(feedId: string): number {
    return this.#updates.backlog(feedId).bytes + this.#lines.backlog(feedId).bytes;
  }

  /**
   * Makes another call of a feed's plugin, such as those of an activation, when its throttlings let
   * it.
   */
  inTurn<Result>(
    feedId: string,
    endpoint: string,
    call: (timeoutMs: number | undefined) => Promise<Result>,
  ): Promise<Result> {
    const { directory } = this.#options;
    const context = { directory, throttles: this.#throttles, isClosing: () => this.#closing };
    return callInOwnTurn(feedId, endpoint, context, call);
  }

  /** Refuses updates from now on, so that no upload outlasts the platform. */
  stopTaking(): void {
    this.#closing = true;
    this.#updates.stopTaking();
    this.#throttles.disturb();
  }

  /** Counts lines of an upload that were no valid update. */
  rejected(feedId: string, sessionId: string, lines: number): void {
    if (lines > 0) this.#options.observer.rejected(feedId, sessionId, lines);
  }

  /**
   * Puts a changed configuration in force, for what is open too. Where nothing but one feed changed, the others are left
   * alone: with thousands of them whose plugin is down, each change would else keep the process busy.
   */
  configurationChanged(feedId?: string): void {
    this.#options.directory.forget(feedId);
    this.#throttles.disturb(feedId);
    this.#circuits.disturb(feedId);
    this.#lines.reconfigure(feedId);
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

  /**
   * Ends everything a feed holds without sending it; what is in flight lands. Resolves when nothing
   * is left.
   */
  async discard(feedId: string): Promise<void> {
    // Those in flight may still make lines.
    await this.#updates.discard(feedId);
    await this.#lines.discard(feedId);
  }

  /** Removes what is kept of a feed that holds nothing any more: dead letters, notes, queues. */
  async forget(feedId: string): Promise<void> {
    await this.#updates.forget(feedId);
    await this.#lines.forget(feedId);
  }

  /** Seals the feed's open batches now, with the lines of every update that is done. */
  drain(feedId: string): Promise<void> {
    return this.#lines.drain(feedId);
  }

  /**
   * Resolves when nothing of a feed is left; what is open is sealed as soon as nothing else moves.
   */
  empty(feedId: string): Promise<void> {
    return emptyFeed(this.#updates, this.#lines, feedId);
  }

  /** What the ledgers know of a feed for good, in the words of its statistics over time. */
  durableTotals(feedId: string): DurableTotals {
    return durableTotals(this.statistics(feedId));
  }

  /** Whether nothing is sent for a feed: it is paused, or its connection call comes first. */
  isHeld(feedId: string): boolean {
    return this.#options.directory.find(feedId)?.isHeld === true;
  }

  /** Undefined for a feed that is not there. */
  status(feedId: string): FeedStatus | undefined {
    return this.#options.directory.find(feedId)?.status;
  }

  /**
   * How the calls of a feed's plugin stand: whether they are made, or wait for the plugin to come
   * back.
   */
  circuit(feedId: string): CircuitView {
    const route = this.#options.directory.find(feedId);
    return route === undefined ? { state: 'CLOSED' } : this.#circuits.view(route);
  }

  /** What each open group of a feed holds. */
  openGroups(feedId: string): readonly OpenGroup[] {
    return this.#lines.openGroups(feedId);
  }

  /** Everything that is counted of a feed, right now. */
  sample(feedId: string): FeedSample {
    return sampleFeed(this.engines, feedId);
  }

  /** Whether nothing of a feed waits or is on its way. */
  isAtRest(feedId: string): boolean {
    return this.#updates.backlog(feedId).lines + this.#lines.backlog(feedId).lines === 0;
  }

  statistics(feedId: string): FeedStatistics {
    return feedStatistics(this.#updates.ledger(feedId), this.#lines.ledger(feedId));
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
