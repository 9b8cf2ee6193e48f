import type { FeedResource, FeedStatus } from '@batchfeed/schemas';
import type { Configuration } from './config/configuration.ts';
import { found, PlatformError } from './platform-error.ts';
import { type ActivationStep, callForActivation } from './plugin/activation-call.ts';
import type { PluginCaller } from './plugin/plugin-caller.ts';

/**
 * States of a feed and what moves them:
 *
 *   INITIAL ──creation ok──▶ PUBLISHED ──connection ok──▶ ACTIVE ──pause──▶ PAUSED ──connection ok──▶ ACTIVE
 *
 * Every step is kept as soon as it succeeded, so that an activation which fails on the way goes on where it stopped.
 * Each arrival at ACTIVE opens a session of its own.
 */
const STEPS_TO_ACTIVE: Record<FeedStatus, readonly ActivationStep[]> = {
  INITIAL: ['creation', 'connection'],
  PUBLISHED: ['connection'],
  PAUSED: ['connection'],
  ACTIVE: [],
  INITIAL_LOADING: [],
  LIVE: [],
};

/** Whether a feed takes updates. */
export function takesUpdates(status: FeedStatus): boolean {
  return STEPS_TO_ACTIVE[status].length === 0;
}

export class FeedLifecycle {
  readonly #configuration: Configuration;
  readonly #caller: PluginCaller;
  readonly #now: () => number;
  readonly #underWay = new Set<string>();

  constructor(configuration: Configuration, caller: PluginCaller, now: () => number) {
    this.#configuration = configuration;
    this.#caller = caller;
    this.#now = now;
  }

  /**
   * Calls the plugin for what is missing, and makes the feed active. An active feed is left as it is.
   *
   * @throws PlatformError `NOT_FOUND`, `CONFLICT`, `PLUGIN_UNREACHABLE` or `PLUGIN_REFUSED`; the feed is then not active.
   */
  async activate(feedId: string): Promise<FeedResource> {
    const feed = this.#feed(feedId);
    if (takesUpdates(feed.status)) return feed;
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
    return this.#configuration.feeds.setStatus(feedId, 'PAUSED');
  }

  async #callPlugin(feed: FeedResource): Promise<FeedResource> {
    const baseUrl = this.#baseUrl(feed);
    const request = { feed_id: feed.id, datamart_id: feed.datamart_id, segment_id: feed.segment_id };
    for (const step of STEPS_TO_ACTIVE[feed.status]) {
      await callForActivation(this.#caller, baseUrl, step, request);
      if (step === 'creation') this.#configuration.feeds.setStatus(feed.id, 'PUBLISHED');
    }
    return this.#configuration.feeds.openSession(feed.id, this.#now());
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
