/** How far back calls count. */
const WINDOW_MS = 10_000;
/** Calls kept of one feed; of more in so short a time the latest say it all. */
const MAX_CALLS = 2_000;

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

interface Window {
  watchers: number;
  readonly ended: Float64Array;
  readonly took: Float64Array;
  /** Calls ever seen; the next goes to its place modulo `MAX_CALLS`. */
  calls: number;
}

/** How long deliveries took of late, for the feeds that somebody watches. Costs nothing for the others. */
export class Latencies {
  readonly #windows = new Map<string, Window>();

  /** Begins to keep them for a feed; returns what ends it. */
  watch(feedId: string): () => void {
    let window = this.#windows.get(feedId);
    if (window === undefined) {
      window = { watchers: 0, ended: new Float64Array(MAX_CALLS), took: new Float64Array(MAX_CALLS), calls: 0 };
      this.#windows.set(feedId, window);
    }
    window.watchers += 1;
    return () => {
      window.watchers -= 1;
      if (window.watchers === 0) this.#windows.delete(feedId);
    };
  }

  called(feedId: string, ms: number): void {
    const window = this.#windows.get(feedId);
    if (window === undefined) return;
    const place = window.calls % MAX_CALLS;
    window.ended[place] = performance.now();
    window.took[place] = ms;
    window.calls += 1;
  }

  /** Of the calls that ended in the last ten seconds; undefined when none did. */
  of(feedId: string): Percentiles | undefined {
    const window = this.#windows.get(feedId);
    if (window === undefined) return undefined;
    const since = performance.now() - WINDOW_MS;
    const kept = Math.min(window.calls, MAX_CALLS);
    const recent = window.took.slice(0, kept).filter((_, place) => (window.ended[place] as number) >= since);
    if (recent.length === 0) return undefined;
    recent.sort();
    const at = (share: number) => Math.round((recent[Math.ceil(share * recent.length) - 1] as number) * 100) / 100;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }
}
