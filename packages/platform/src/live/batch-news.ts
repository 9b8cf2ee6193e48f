import type { BatchesEvent, BatchSummary } from '@batchfeed/schemas';

/** Batches told of at once. */
const MAX_BATCHES = 200;

/** Puts a batch together as it is at the moment of asking; undefined when it is forgotten by then. */
type Summarise = () => BatchSummary | undefined;

/**
 * From the history to those who watch a feed: which of its batches are new or have changed. Costs nothing while nobody
 * watches, and no more memory than what is told at once, however slow a watcher is.
 */
export class BatchNews {
  readonly #watchers = new Map<string, Set<BatchWatcher>>();

  /** A batch of a feed is new or has changed. `summarise` is called later, or never. */
  changed(feedId: string, batchId: string, summarise: Summarise): void {
    const watchers = this.#watchers.get(feedId);
    if (watchers === undefined) return;
    for (const watcher of watchers) watcher.note(batchId, summarise);
  }

  /** `onNews` is called at every change from none to some. */
  watch(feedId: string, onNews: () => void): BatchWatcher {
    const watchers = this.#watchers.get(feedId) ?? new Set();
    this.#watchers.set(feedId, watchers);
    const watcher = new BatchWatcher(onNews, () => {
      watchers.delete(watcher);
      if (watchers.size === 0) this.#watchers.delete(feedId);
    });
    watchers.add(watcher);
    return watcher;
  }
}

/** What one watcher has not been told yet: the latest state of each batch, not how it came there. */
export class BatchWatcher {
  readonly #changed = new Map<string, Summarise>();
  /** Changes of batches that were pushed out by later ones. */
  #more = 0;
  readonly #onNews: () => void;
  /** Ends the watching. */
  readonly stop: () => void;

  constructor(onNews: () => void, stop: () => void) {
    this.#onNews = onNews;
    this.stop = stop;
  }

  note(batchId: string, summarise: Summarise): void {
    const isFirst = this.#changed.size === 0;
    this.#changed.delete(batchId);
    this.#changed.set(batchId, summarise);
    if (this.#changed.size > MAX_BATCHES) {
      const [oldest] = this.#changed.keys();
      this.#changed.delete(oldest as string);
      this.#more += 1;
    }
    if (isFirst) this.#onNews();
  }

  /** Everything not told yet, which is then told; undefined when there is nothing. */
  take(): BatchesEvent | undefined {
    if (this.#changed.size === 0) return undefined;
    const batches = [...this.#changed.values()].flatMap((summarise) => summarise() ?? []);
    const news = { batches, more: this.#more };
    this.#changed.clear();
    this.#more = 0;
    return news;
  }
}
