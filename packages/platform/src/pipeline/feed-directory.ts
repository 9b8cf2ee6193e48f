import type { Policy } from '@batchfeed/batcher';
import {
  type BatchingConfiguration,
  type BatchingPolicy,
  batchingLimits,
  type FeedOptions,
  type FeedResource,
  type FeedStatus,
  type Ordering,
  type ThrottlingResource,
} from '@batchfeed/schemas';
import type { Configuration } from '../config/configuration.ts';
import { envelopeBytes, type FeedContext, SEPARATOR_BYTES, updateSuffix } from './plugin-requests.ts';

/** What dispatch and delivery need to know of a feed, once for many calls. */
export class FeedRoute {
  readonly feedId: string;
  readonly versionId: string;
  readonly status: FeedStatus;
  /** The session updates come in under now; undefined before the first activation. */
  readonly sessionId: string | undefined;
  /** Where its plugin listens; undefined while nobody has said. */
  readonly baseUrl: string | undefined;
  readonly datamartId: string;
  readonly organisationId: string;
  readonly throttlings: readonly ThrottlingResource[];
  readonly options: FeedOptions;
  /** Bytes of unsettled updates and lines, both stages together, from which on nothing more is taken in. */
  readonly backlogLimit: number;
  /** Across what the lines of a user keep their order. */
  readonly ordering: Ordering;
  /** Whether the plugin's connection call is still to be made, before which nothing may be sent. */
  readonly awaitsConnection: boolean;
  readonly #base: Omit<FeedContext, 'sessionId'>;
  readonly #batching: BatchingConfiguration | undefined;
  readonly #suffixes = new Map<string, Buffer>();
  readonly #policies = new Map<number, Policy>();

  constructor(
    feed: FeedResource,
    baseUrl: string | undefined,
    batching: BatchingConfiguration | undefined,
    throttlings: readonly ThrottlingResource[],
    maxBacklogBytes: number,
    awaitsConnection: boolean,
  ) {
    this.feedId = feed.id;
    this.versionId = feed.plugin_version_id;
    this.status = feed.status;
    this.sessionId = feed.session_id;
    this.baseUrl = baseUrl;
    this.datamartId = feed.datamart_id;
    this.organisationId = feed.organisation_id;
    this.throttlings = throttlings;
    this.options = feed.options;
    this.backlogLimit = feed.max_backlog_bytes ?? maxBacklogBytes;
    this.ordering = batching?.ordering ?? 'USER';
    this.awaitsConnection = awaitsConnection;
    this.#base = {
      feedId: feed.id,
      datamartId: feed.datamart_id,
      segmentId: feed.segment_id,
      destinationId: feed.feed_destination_id,
    };
    this.#batching = batching;
  }

  context(sessionId: string): FeedContext {
    return { ...this.#base, sessionId };
  }

  /** See `updateSuffix`. */
  suffix(sessionId: string): Buffer {
    let suffix = this.#suffixes.get(sessionId);
    if (suffix === undefined) {
      suffix = updateSuffix(this.context(sessionId));
      this.#suffixes.set(sessionId, suffix);
    }
    return suffix;
  }

  /** Whether nothing is sent for it: it is paused or thrown away, or its connection call comes first. */
  get isHeld(): boolean {
    return this.awaitsConnection || this.status === 'PAUSED' || this.status === 'DISCARDING';
  }

  /** How lines of a grouping key become batches: the same object for the same limits. */
  policy(sessionId: string, groupingKey: string): Policy {
    const envelope = envelopeBytes(groupingKey, this.context(sessionId));
    let policy = this.#policies.get(envelope);
    if (policy === undefined) {
      policy = policyOf(this.#batching, envelope);
      this.#policies.set(envelope, policy);
    }
    return policy;
  }
}

/** Without a configuration, or with batching off, every line is delivered at once, alone, in order. */
export function policyOf(batching: BatchingPolicy | undefined, envelope: number): Policy {
  return {
    maxLines: batching?.enable_batching ? batching.batch_flush_max_size : 1,
    maxBytes: batching?.batch_flush_max_bytes ?? batchingLimits.defaultBytes,
    maxAgeMs: batching?.batch_flush_max_age_ms ?? batchingLimits.defaultAgeMs,
    envelopeBytes: envelope,
    separatorBytes: SEPARATOR_BYTES,
  };
}

/** Feeds as the pipeline sees them, read from the configuration when first asked for. */
export class FeedDirectory {
  readonly #configuration: Configuration;
  readonly #maxBacklogBytes: number;
  readonly #routes = new Map<string, FeedRoute>();
  readonly #throttlings = new Map<string, readonly ThrottlingResource[]>();

  /** `maxBacklogBytes`: of feeds that have no limit of their own. */
  constructor(configuration: Configuration, maxBacklogBytes: number) {
    this.#configuration = configuration;
    this.#maxBacklogBytes = maxBacklogBytes;
  }

  find(feedId: string): FeedRoute | undefined {
    const known = this.#routes.get(feedId);
    if (known !== undefined) return known;
    const feed = this.#configuration.feeds.get(feedId);
    if (feed === undefined) return undefined;
    const version = this.#configuration.versions.get(feed.plugin_id, feed.plugin_version_id);
    const batching = this.#configuration.batchingConfigurations.find(feed.plugin_version_id);
    const throttlings = this.#throttlingsOf(feed.plugin_version_id);
    const awaitsConnection = this.#configuration.pendingConnections.sinceOf(feedId) !== undefined;
    const baseUrl = version?.base_url;
    const route = new FeedRoute(feed, baseUrl, batching, throttlings, this.#maxBacklogBytes, awaitsConnection);
    this.#routes.set(feedId, route);
    return route;
  }

  /** See `FeedRoute.backlogLimit`; the platform's own limit for a feed that is not there. */
  feedBacklogLimit(feedId: string): number {
    return this.find(feedId)?.backlogLimit ?? this.#maxBacklogBytes;
  }

  /** To be called after every change of the configuration; with a feed where nothing but that feed changed. */
  forget(feedId?: string): void {
    if (feedId !== undefined) {
      this.#routes.delete(feedId);
      return;
    }
    this.#routes.clear();
    this.#throttlings.clear();
  }

  /** One list for all feeds of a version, so that its throttlings are the same objects until something changes. */
  #throttlingsOf(versionId: string): readonly ThrottlingResource[] {
    let throttlings = this.#throttlings.get(versionId);
    if (throttlings === undefined) {
      throttlings = this.#configuration.throttlings.list(versionId);
      this.#throttlings.set(versionId, throttlings);
    }
    return throttlings;
  }
}
