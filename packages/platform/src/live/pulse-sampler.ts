import { type FeedRates, type FeedSample, ratesBetween } from './feed-sample.ts';

const PERIOD_MS = 1_000;
/** How long after somebody asked once, without listening, counting goes on: until the next look, if there is one. */
const INTEREST_MS = 15_000;
/** Feeds sampled in one go; other work has its turn between. */
const SLICE = 200;

export interface SampledFeed {
  readonly sample: FeedSample;
  /** Undefined until there are two samples. */
  readonly rates: FeedRates | undefined;
}

export interface SamplerSource {
  sample(feedId: string): FeedSample;
  /** All feeds there are. */
  feedIds(): readonly string[];
  /** A second is left out. */
  failed(error: unknown): void;
}

interface Listener {
  /** Undefined: all of them. */
  readonly feedId: string | undefined;
  readonly onTick: () => void;
}

/**
 * Counts once a second for everybody who looks, and not at all while nobody does:
 *
 *   resting ──listen or look──▶ sampling ──last listener gone and nobody looked for 15 s──▶ resting
 *
 * However many listen, there is one timer and one sample a second of each feed anybody listens to.
 */
export class PulseSampler {
  readonly #source: SamplerSource;
  readonly #listeners = new Set<Listener>();
  #feeds = new Map<string, SampledFeed>();
  /** Until when somebody who looks at all feeds may look again. */
  #lookedUntil = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #isSampling = false;

  constructor(source: SamplerSource) {
    this.#source = source;
  }

  /** Calls back after every sample, of one feed or of all; returns what ends it. */
  listen(feedId: string | undefined, onTick: () => void): () => void {
    const listener = { feedId, onTick };
    this.#listeners.add(listener);
    this.#start();
    return () => this.#listeners.delete(listener);
  }

  /** Somebody looks at feeds without listening: they are counted for a while, so that the next look has rates. */
  looked(): void {
    this.#lookedUntil = performance.now() + INTEREST_MS;
    this.#start();
  }

  /** A feed as it is now, with its rates of the last second if it was counted then. */
  now(feedId: string): SampledFeed {
    return { sample: this.#source.sample(feedId), rates: this.#feeds.get(feedId)?.rates };
  }

  /** A feed as of the last sample; undefined when nobody listens to it. */
  last(feedId: string): SampledFeed | undefined {
    return this.#feeds.get(feedId);
  }

  /** All feeds that are counted. */
  feeds(): ReadonlyMap<string, SampledFeed> {
    return this.#feeds;
  }

  close(): void {
    this.#listeners.clear();
    this.#rest();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#feeds = new Map();
  }

  #start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => void this.#tick(), PERIOD_MS);
    this.#timer.unref();
    void this.#tick();
  }

  async #tick(): Promise<void> {
    if (this.#isSampling) return;
    this.#isSampling = true;
    try {
      const wanted = this.#wanted();
      if (wanted === undefined) return this.#rest();
      this.#feeds = await this.#sampled(wanted);
    } catch (error) {
      this.#source.failed(error);
    } finally {
      this.#isSampling = false;
    }
    for (const { onTick } of this.#listeners) onTick();
  }

  /** Ids of the feeds to count; undefined when nobody is interested. */
  #wanted(): readonly string[] | undefined {
    if (this.#lookedUntil > performance.now()) return this.#source.feedIds();
    if (this.#listeners.size === 0) return undefined;
    const named = new Set<string>();
    for (const { feedId } of this.#listeners) {
      if (feedId === undefined) return this.#source.feedIds();
      named.add(feedId);
    }
    return [...named];
  }

  async #sampled(feedIds: readonly string[]): Promise<Map<string, SampledFeed>> {
    const feeds = new Map<string, SampledFeed>();
    let count = 0;
    for (const feedId of feedIds) {
      const sample = this.#source.sample(feedId);
      feeds.set(feedId, { sample, rates: ratesBetween(this.#feeds.get(feedId)?.sample, sample) });
      count += 1;
      if (count % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return feeds;
  }
}
