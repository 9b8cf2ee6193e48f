import type { FeedResource, FeedStatus } from '@batchfeed/schemas';
import type { Configuration } from './config/configuration.ts';
import type { CircuitView } from './pipeline/circuit.ts';
import { found, isPlatformError, PlatformError } from './platform-error.ts';
import { ACTIVATION_TIMEOUT_MS, type ActivationStep, callForActivation, endpointOf } from './plugin/activation-call.ts';
import type { PluginCaller } from './plugin/plugin-caller.ts';

/**
 * States of a feed and what moves them:
 *
 *   INITIAL ──creation ok──▶ PUBLISHED ──connection ok──▶ ACTIVE ──pause──▶ PAUSED ──connection ok──▶ ACTIVE
 *                                                                         PAUSED ──no answer──▶ ACTIVE, its connection pending
 *
 * A feed that takes updates is ACTIVE, INITIAL_LOADING from its first whole-segment upload on, and
 * LIVE once that is complete. A deleted one is DRAINING or DISCARDING until it holds nothing any
 * more.
 *
 * Every step is kept as soon as it succeeded, so that an activation which fails on the way goes on
 * where it stopped. Each arrival at ACTIVE opens a session of its own. While its connection is
 * pending a feed takes updates and sends none: the connection call comes before everything else.
 */
const STEPS_TO_ACTIVE: Record<FeedStatus, readonly ActivationStep[]> = {
  INITIAL: ['creation', 'connection'],
  PUBLISHED: ['connection'],
  PAUSED: ['connection'],
  ACTIVE: [],
  INITIAL_LOADING: [],
  LIVE: [],
  DRAINING: [],
  DISCARDING: [],
};
const TAKES_UPDATES: ReadonlySet<FeedStatus> = new Set(['ACTIVE', 'INITIAL_LOADING', 'LIVE']);
const IS_DELETED: ReadonlySet<FeedStatus> = new Set(['DRAINING', 'DISCARDING']);

/** Whether a feed takes updates. */
export function takesUpdates(status: FeedStatus): boolean {
  return TAKES_UPDATES.has(status);
}

/**
 * Makes a call of a feed's plugin when the throttlings of the endpoint let it; with the time it may
 * take, where they say so.
 */
export type InTurn = <Result>(
  feedId: string,
  endpoint: string,
  call: (timeoutMs: number | undefined) => Promise<Result>,
) => Promise<Result>;

export interface LifecycleParts {
  readonly configuration: Configuration;
  readonly caller: PluginCaller;
  readonly inTurn: InTurn;
  /** How the calls of a feed's plugin stand. */
  readonly circuitOf: (feedId: string) => CircuitView;
  readonly now: () => number;
}

/** How long resuming waits for the plugin's answer; it goes on without one. */
const RESUME_TIMEOUT_MS = 5_000;

export class FeedLifecycle {
  readonly #parts: LifecycleParts;
  readonly #configuration: Configuration;
  readonly #underWay = new Set<string>();
  /** Since when the plugins of feeds that were to be activated have not answered. */
  readonly #silentSince = new Map<string, number>();

  constructor(parts: LifecycleParts) {
    this.#parts = parts;
    this.#configuration = parts.configuration;
  }

  /**
   * Calls the plugin for what is missing, and makes the feed active. An active feed is left as it
   * is. A paused one is put to work although its plugin does not answer: its connection is then
   * pending.
   *
   * @throws PlatformError `NOT_FOUND`, `CONFLICT`, `PLUGIN_UNREACHABLE` or `PLUGIN_REFUSED`; the
   *   feed is then not active.
   */
  async activate(feedId: string): Promise<FeedResource> {
    const feed = this.#feed(feedId);
    if (takesUpdates(feed.status)) return feed;
    if (IS_DELETED.has(feed.status)) throw new PlatformError('CONFLICT', `Feed ${feedId} is being deleted.`);
    if (this.#underWay.has(feedId)) {
      throw new PlatformError('CONFLICT', `Feed ${feedId} is being activated already. Wait for that to end.`);
    }
    this.#underWay.add(feedId);
    try {
      return await this.#callPlugin(feed);
    } finally {
      this.#underWay.delete(feedId);
    }
  }

  /** Stops taking and sending for a feed; what it holds is kept. */
  pause(feedId: string): FeedResource {
    const feed = this.#feed(feedId);
    if (feed.status === 'PAUSED') return feed;
    if (!takesUpdates(feed.status)) {
      throw new PlatformError('CONFLICT', `Feed ${feedId} is ${feed.status}; only an active feed can be paused.`);
    }
    this.#configuration.pendingConnections.remove(feedId);
    return this.#configuration.feeds.setStatus(feedId, 'PAUSED');
  }

  /**
   * Goes on with a paused feed, under a session of its own, as `activate` does.
   *
   * @throws PlatformError as `activate`, and `CONFLICT` for a feed that is not paused.
   */
  async resume(feedId: string): Promise<FeedResource> {
    const { status } = this.#feed(feedId);
    if (status !== 'PAUSED') {
      throw new PlatformError('CONFLICT', `Feed ${feedId} is ${status}; only a paused feed can be resumed.`);
    }
    return await this.activate(feedId);
  }

  /** A whole-segment upload begins, or is complete. */
  loading(feedId: string, complete: boolean): void {
    const { status } = this.#feed(feedId);
    if (complete && status === 'INITIAL_LOADING') this.#configuration.feeds.setStatus(feedId, 'LIVE');
    else if (!complete && status === 'ACTIVE') this.#configuration.feeds.setStatus(feedId, 'INITIAL_LOADING');
  }

  /** Takes nothing more for a feed; what it holds is delivered first, or thrown away. */
  remove(feedId: string, how: 'drain' | 'discard'): FeedResource {
    if (this.#underWay.has(feedId)) {
      throw new PlatformError('CONFLICT', `Feed ${feedId} is being activated. Wait for that to end.`);
    }
    const { id, status } = this.#feed(feedId);
    // What is thrown away is not called back.
    if (status === 'DISCARDING') return this.#feed(id);
    this.#configuration.pendingConnections.remove(id);
    return this.#configuration.feeds.setStatus(id, how === 'drain' ? 'DRAINING' : 'DISCARDING');
  }

  /** Makes the connection call of a feed's plugin. @throws PlatformError as `activate` */
  async connect(feedId: string): Promise<void> {
    await this.#call(this.#feed(feedId), 'connection');
  }

  async #callPlugin(feed: FeedResource): Promise<FeedResource> {
    const { feeds } = this.#configuration;
    const circuit = this.#parts.circuitOf(feed.id);
    const mayWait = feed.status === 'PAUSED';
    this.#baseUrl(feed);
    if (mayWait && circuit.state !== 'CLOSED') return this.#putToWork(feed, circuit.since_ts);
    try {
      for (const step of STEPS_TO_ACTIVE[feed.status]) {
        await this.#call(feed, step, mayWait ? RESUME_TIMEOUT_MS : undefined);
        // It may have been deleted meanwhile.
        this.#feed(feed.id);
        if (step === 'creation') feeds.setStatus(feed.id, 'PUBLISHED');
      }
    } catch (error) {
      if (!isPlatformError(error) || error.code !== 'PLUGIN_UNREACHABLE') throw error;
      if (mayWait && this.#feed(feed.id).status === 'PAUSED') return this.#putToWork(feed, circuit.since_ts);
      throw this.#sayingSince(feed.id, error, circuit.since_ts);
    }
    this.#silentSince.delete(feed.id);
    return feeds.openSession(feed.id, this.#parts.now());
  }

  /** Makes one call of an activation, within its throttlings' time and the one given. */
  async #call(feed: FeedResource, step: ActivationStep, mostMs = Number.POSITIVE_INFINITY): Promise<void> {
    const baseUrl = this.#baseUrl(feed);
    const request = {
      feed_id: feed.id,
      datamart_id: feed.datamart_id,
      segment_id: feed.segment_id,
      ...(feed.feed_destination_id === undefined ? {} : { feed_destination_id: feed.feed_destination_id }),
    };
    await this.#parts.inTurn(feed.id, endpointOf(step), (timeoutMs) =>
      callForActivation(
        this.#parts.caller,
        baseUrl,
        step,
        request,
        Math.min(timeoutMs ?? ACTIVATION_TIMEOUT_MS, mostMs),
      ),
    );
  }

  /**
   * Makes a feed active before its plugin has answered the connection call, which is still to be
   * made.
   */
  #putToWork({ id }: FeedResource, since: number | undefined): FeedResource {
    const now = this.#parts.now();
    // First the wish: should the platform die between the two, the feed stays paused, and its
    // plugin gets a call too many.
    this.#configuration.pendingConnections.add(id, since ?? now);
    return this.#configuration.feeds.openSession(id, now);
  }

  #sayingSince(feedId: string, error: PlatformError, circuitSince: number | undefined): PlatformError {
    const since = circuitSince ?? this.#silentSince.get(feedId) ?? this.#parts.now();
    this.#silentSince.set(feedId, since);
    const message = `${error.message} It has not answered since ${new Date(since).toISOString()}.`;
    return new PlatformError(error.code, message, { cause: error });
  }

  #baseUrl(feed: FeedResource): string {
    const version = this.#configuration.versions.get(feed.plugin_id, feed.plugin_version_id);
    if (version?.status === 'ARCHIVED') {
      throw new PlatformError(
        'CONFLICT',
        `Version ${version.version_id} of the plugin is archived; the feed cannot be activated.`,
      );
    }
    if (version?.base_url === undefined) {
      throw new PlatformError(
        'CONFLICT',
        `base_url: nobody has said where version ${feed.version_value} of the plugin listens.`,
      );
    }
    return version.base_url;
  }

  #feed(feedId: string): FeedResource {
    return found(this.#configuration.feeds.get(feedId), `feed ${feedId}`);
  }
}
