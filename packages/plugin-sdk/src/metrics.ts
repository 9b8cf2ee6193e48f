/**
 * Counts calls by route and status, their durations and the sizes of batches, and says them in Prometheus' text format
 * (version 0.0.4). Written by hand: counting has to cost next to nothing on every call, and a metrics library with what
 * it depends on is larger than the rest of the package.
 */

/** Upper bounds in seconds. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Upper bounds in lines. */
const batchBuckets = [1, 5, 10, 25, 50, 100, 200, 500, 1_000, 2_500, 5_000, 10_000, 100_000];

export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8';

/** Label values are routes, methods and numbers: nothing in them needs escaping. */
type Labels = Readonly<Record<string, string>>;

const sample = (name: string, labels: Labels, value: number): string => {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
};

const header = (name: string, type: string, help: string): string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
];

class Distribution {
  readonly #counts: number[];
  #count = 0;
  #sum = 0;

  constructor(
    readonly bounds: readonly number[],
    readonly labels: Labels = {},
  ) {
    this.#counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.#count += 1;
    this.#sum += value;
    const bucket = this.bounds.findIndex((bound) => value <= bound);
    if (bucket !== -1) this.#counts[bucket]! += 1;
  }

  /** Cumulative, as the format wants it. */
  samples(name: string): string[] {
    let below = 0;
    const buckets = this.bounds.map((bound, index) => {
      below += this.#counts[index]!;
      return sample(`${name}_bucket`, { ...this.labels, le: String(bound) }, below);
    });
    return [
      ...buckets,
      sample(`${name}_bucket`, { ...this.labels, le: '+Inf' }, this.#count),
      sample(`${name}_sum`, this.labels, this.#sum),
      sample(`${name}_count`, this.labels, this.#count),
    ];
  }
}

/** What the process itself says, read when asked. */
const processMetrics: readonly [name: string, type: 'counter' | 'gauge', help: string, read: () => number][] = [
  ['process_resident_memory_bytes', 'gauge', 'Resident memory.', () => process.memoryUsage.rss()],
  ['nodejs_heap_used_bytes', 'gauge', 'Heap in use.', () => process.memoryUsage().heapUsed],
  [
    'process_cpu_seconds_total',
    'counter',
    'CPU time, user and system.',
    () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  ],
  [
    'process_start_time_seconds',
    'gauge',
    'When the process started, seconds since the epoch.',
    () => Math.round(performance.timeOrigin / 1_000),
  ],
];

export class PluginMetrics {
  readonly #calls = new Map<string, Map<number, Distribution>>();
  readonly #batches = new Distribution(batchBuckets);

  observeCall(method: string, route: string, status: number, seconds: number): void {
    let statuses = this.#calls.get(route);
    if (statuses === undefined) {
      statuses = new Map();
      this.#calls.set(route, statuses);
    }
    let durations = statuses.get(status);
    if (durations === undefined) {
      durations = new Distribution(durationBuckets, { method, route, status: String(status) });
      statuses.set(status, durations);
    }
    durations.observe(seconds);
  }

  observeBatch(lines: number): void {
    this.#batches.observe(lines);
  }

  /** Everything counted so far, with the delay of the event loop in milliseconds. */
  text(eventLoopDelayMs: number): string {
    const calls = 'plugin_request_duration_seconds';
    const lines = 'plugin_batch_lines';
    const delay = 'plugin_event_loop_delay_seconds';
    const text = [
      ...header(calls, 'histogram', 'Calls answered, by method, route and status.'),
      ...[...this.#calls.values()].flatMap((statuses) =>
        [...statuses.values()].flatMap((durations) => durations.samples(calls)),
      ),
      ...header(lines, 'histogram', 'Lines in the batches received.'),
      ...this.#batches.samples(lines),
      ...header(delay, 'gauge', 'How late the event loop is; calls are turned away above a limit.'),
      sample(delay, {}, eventLoopDelayMs / 1_000),
      ...processMetrics.flatMap(([name, type, help, read]) => [...header(name, type, help), sample(name, {}, read())]),
    ];
    return `${text.join('\n')}\n`;
  }
}
