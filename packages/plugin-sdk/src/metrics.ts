/**
 * Counts calls by route and status, their durations and the sizes of batches. Counting is a few array writes; the
 * metrics library is loaded when someone first asks for `/metrics`.
 */

/** Upper bounds in seconds. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Upper bounds in lines. */
const batchBuckets = [1, 5, 10, 25, 50, 100, 200, 500, 1_000, 2_500, 5_000, 10_000, 100_000];

class Distribution {
  readonly counts: number[];
  count = 0;
  sum = 0;

  constructor(readonly bounds: readonly number[]) {
    this.counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.count += 1;
    this.sum += value;
    const bucket = this.bounds.findIndex((bound) => value <= bound);
    if (bucket !== -1) this.counts[bucket]! += 1;
  }

  /** As the exposition format wants it: cumulative, with `+Inf`, sum and count. */
  values(name: string, labels: Record<string, string>): object[] {
    let below = 0;
    const buckets = this.bounds.map((bound, index) => {
      below += this.counts[index]!;
      return { metricName: `${name}_bucket`, labels: { ...labels, le: bound }, value: below };
    });
    return [
      ...buckets,
      { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: this.count },
      { metricName: `${name}_sum`, labels, value: this.sum },
      { metricName: `${name}_count`, labels, value: this.count },
    ];
  }
}

interface Series {
  labels: { method: string; route: string; status: string };
  durations: Distribution;
}

export class PluginMetrics {
  readonly #byRoute = new Map<string, Map<number, Series>>();
  readonly #batches = new Distribution(batchBuckets);
  #registry: Promise<import('prom-client').Registry> | undefined;

  observeCall(method: string, route: string, status: number, seconds: number): void {
    let statuses = this.#byRoute.get(route);
    if (statuses === undefined) {
      statuses = new Map();
      this.#byRoute.set(route, statuses);
    }
    let series = statuses.get(status);
    if (series === undefined) {
      series = { labels: { method, route, status: String(status) }, durations: new Distribution(durationBuckets) };
      statuses.set(status, series);
    }
    series.durations.observe(seconds);
  }

  observeBatch(lines: number): void {
    this.#batches.observe(lines);
  }

  /** Everything in Prometheus' text format, with the process's own metrics. */
  async text(): Promise<{ contentType: string; text: string }> {
    this.#registry ??= this.#createRegistry();
    const registry = await this.#registry;
    return { contentType: registry.contentType, text: await registry.metrics() };
  }

  async #createRegistry(): Promise<import('prom-client').Registry> {
    const { Registry, collectDefaultMetrics } = await import('prom-client');
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const histogram = (name: string, help: string, values: () => object[]) => {
      // A metric is whatever says its values when asked; the library's own would be dearer to feed on every call.
      const metric = { name, get: async () => ({ name, help, type: 'histogram', values: values() }), reset: () => {} };
      registry.registerMetric(metric as unknown as Parameters<typeof registry.registerMetric>[0]);
    };
    const duration = 'plugin_request_duration_seconds';
    histogram(duration, 'Calls answered, by route and status.', () =>
      [...this.#byRoute.values()].flatMap((statuses) =>
        [...statuses.values()].flatMap((series) => series.durations.values(duration, series.labels)),
      ),
    );
    const lines = 'plugin_batch_lines';
    histogram(lines, 'Lines in the batches received.', () => this.#batches.values(lines, {}));
    return registry;
  }
}
