import type { FeedPulse, FeedsEvent, PulseEvent } from '@batchfeed/schemas';
import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { FeedViews } from '../views/feed-views.ts';
import { BatchNews } from './batch-news.ts';
import { feedPulse } from './feed-sample.ts';
import type { Latencies } from './latencies.ts';
import { PulseSampler } from './pulse-sampler.ts';

interface LiveParts {
  readonly configuration: Configuration;
  readonly pipeline: Pipeline;
  readonly views: FeedViews;
  readonly latencies: Latencies;
  readonly logger: Logger;
  readonly now: () => number;
}

/** What those who watch are shown: put together when it is sent, from counters that are there anyway. */
export class Live {
  readonly #parts: LiveParts;
  readonly sampler: PulseSampler;
  readonly latencies: Latencies;
  readonly batches = new BatchNews();

  constructor(parts: LiveParts) {
    const { configuration, pipeline, logger } = parts;
    this.#parts = parts;
    this.latencies = parts.latencies;
    this.sampler = new PulseSampler({
      sample: (feedId) => pipeline.sample(feedId),
      feedIds: () => configuration.feeds.ids(),
      failed: (err) => logger.error({ err }, 'the feeds could not be counted for those who watch'),
    });
  }

  /** How a feed fares now; with rates once it has been looked at for a second. */
  pulse(feedId: string): FeedPulse {
    const { sample, rates } = this.sampler.now(feedId);
    return feedPulse(sample, rates);
  }

  /** A feed of the overview as of the last second; undefined when it is gone. */
  feed(feedId: string): FeedsEvent[number] | undefined {
    const { pipeline, views } = this.#parts;
    const status = pipeline.status(feedId);
    const sampled = this.sampler.last(feedId);
    if (status === undefined || sampled === undefined) return undefined;
    const { state: circuit, since_ts: since = null } = views.circuit(feedId);
    const backlog = views.backlog(feedId);
    return {
      feed_id: feedId,
      status,
      circuit,
      down_since_ts: since,
      backlog,
      pulse: feedPulse(sampled.sample, sampled.rates),
    };
  }

  /** Everything about one feed as of the last second; undefined when it is gone. */
  detail(feedId: string): PulseEvent | undefined {
    const { views, configuration, now } = this.#parts;
    const feed = configuration.feeds.get(feedId);
    if (feed === undefined) return undefined;
    const { sample, rates } = this.sampler.last(feedId) ?? this.sampler.now(feedId);
    return {
      ts: now(),
      status: feed.status,
      circuit: views.circuit(feedId),
      backlog: views.backlog(feedId),
      updates_per_s: rates?.updates ?? null,
      lines_per_s: rates?.lines ?? null,
      batches_per_s: rates?.batches ?? null,
      errors_per_s: rates?.errors ?? null,
      delivery_ms: this.latencies.of(feedId) ?? null,
      items_success_per_s: rates?.itemsSuccess ?? null,
      items_error_per_s: rates?.itemsError ?? null,
      oldest_open_ts: sample.oldestOpenedAt ?? null,
      coverage: configuration.statistics.coverage(feedId, feed.session_id ?? ''),
      ledger: sample.ledger,
      statistics: sample.statistics,
    };
  }
}
