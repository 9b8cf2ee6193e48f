import type { DeliveryEvent, Ledger } from '@batchfeed/delivery';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Stage = 'update' | 'batch';

/** What is asked when somebody reads the metrics, rather than counted all the time. */
export interface MetricsSource {
  ledger(stage: Stage): Ledger;
  /** Bytes of memory for what is worked on. */
  windowBytes(stage: Stage): number;
  /** Bytes on disk of what is not over. */
  backlogBytes(stage: Stage): number;
  /** Milliseconds since the epoch; undefined when no line is open. */
  oldestOpenedAt(): number | undefined;
  /** Plugin versions that count as down. */
  openCircuits(): number;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const LONG_SECONDS = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600, 21_600];
const STAGES = ['update', 'batch'] as const;

/** The platform's numbers for Prometheus. No label holds a key, an identifier or anything else of a person. */
export class Metrics {
  readonly registry = new Registry();
  readonly #updates = this.#counter('updates_accepted_total', 'Updates taken in durably');
  readonly #rejectedUpdates = this.#counter('updates_rejected_total', 'Lines of uploads that were no valid update');
  readonly #sealed = this.#counter('batches_sealed_total', 'Batches sealed, by reason', ['reason']);
  /** Updates that are over and not in the next counter yet: to add to it costs a look at its labels, too much for each of them. */
  #updatesDelivered = 0;
  readonly #attempts = this.#counter(
    'attempts_total',
    'Answers of plugins, by what they meant',
    ['stage', 'outcome'],
    (counter) => {
      counter.inc({ stage: 'update', outcome: 'delivered' }, this.#updatesDelivered);
      this.#updatesDelivered = 0;
    },
  );
  readonly #died = this.#counter('dead_letters_total', 'Updates and batches that became dead letters', ['stage']);
  readonly #expired = this.#counter('dead_letters_expired_total', 'Dead letters thrown away for their age', ['stage']);
  readonly #items = this.#counter('items_total', 'Items plugins reported of delivered batches', ['result']);
  readonly #fill = this.#histogram(
    'batch_fill_ratio',
    'Lines of a sealed batch, of those its configuration allows, by reason',
    [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1],
    ['reason'],
  );
  readonly #lines = this.#histogram('batch_lines', 'Lines of a sealed batch', [1, 5, 10, 50, 100, 500, 1_000, 10_000]);
  readonly #age = this.#histogram('batch_age_at_seal_seconds', 'Age of the oldest line when sealed', LONG_SECONDS);
  readonly #gates = this.#histogram('gate_wait_seconds', 'Time plugins asked to be left alone', LONG_SECONDS, [
    'scope',
  ]);
  readonly #calls = this.#histogram('plugin_call_seconds', 'Time plugins took to answer', SECONDS, ['endpoint']);
  readonly #callsTo = new Map<string, { observe(seconds: number): void }>();

  constructor(source: MetricsSource, now: () => number) {
    collectDefaultMetrics({ register: this.registry });
    this.#gauge('lines', 'Lines and updates by where they are', ['stage', 'state'], (gauge) => {
      for (const stage of STAGES) {
        for (const [state, lines] of Object.entries(statesOf(source.ledger(stage)))) gauge.set({ stage, state }, lines);
      }
    });
    this.#gauge('dead_letters', 'Dead letters kept', ['stage'], (gauge) => {
      for (const stage of STAGES) gauge.set({ stage }, source.ledger(stage).batches.dead);
    });
    this.#gauge('circuits_open', 'Plugin versions that count as down', [], (gauge) => gauge.set(source.openCircuits()));
    this.#gauge('window_bytes', 'Memory for what is grouped, sealed or sent', ['stage'], (gauge) => {
      for (const stage of STAGES) gauge.set({ stage }, source.windowBytes(stage));
    });
    this.#gauge('backlog_bytes', 'Bytes on disk of updates and lines that are not over', ['stage'], (gauge) => {
      for (const stage of STAGES) gauge.set({ stage }, source.backlogBytes(stage));
    });
    this.#gauge('oldest_open_line_age_seconds', 'How long the oldest open line has waited', [], (gauge) => {
      const openedAt = source.oldestOpenedAt();
      gauge.set(openedAt === undefined ? 0 : Math.max(0, now() - openedAt) / 1_000);
    });
  }

  ingested(accepted: number, rejected: number): void {
    this.#updates.inc(accepted);
    this.#rejectedUpdates.inc(rejected);
  }

  /** A plugin answered, or did not, after so many milliseconds. */
  called(endpoint: string, ms: number): void {
    let child = this.#callsTo.get(endpoint);
    if (child === undefined) {
      child = this.#calls.labels({ endpoint });
      this.#callsTo.set(endpoint, child);
    }
    child.observe(ms / 1_000);
  }

  items(success: number, error: number): void {
    this.#items.inc({ result: 'success' }, success);
    this.#items.inc({ result: 'error' }, error);
  }

  /** One update is over; the engine tells of those that went wrong only. */
  updateDelivered(): void {
    this.#updatesDelivered += 1;
  }

  event(stage: Stage, event: DeliveryEvent, now: number): void {
    if (event.type === 'sealed') {
      this.#sealed.inc({ reason: event.reason });
      this.#fill.observe({ reason: event.reason }, event.lines / event.maxLines);
      this.#lines.observe(event.lines);
      this.#age.observe(Math.max(0, event.ageMs) / 1_000);
    } else if (event.type === 'attempt') this.#attempts.inc({ stage, outcome: event.outcome });
    else if (event.type === 'dead') this.#died.inc({ stage });
    else if (event.type === 'expired') this.#expired.inc({ stage });
    else if (event.type === 'gate')
      this.#gates.observe({ scope: event.scope }, Math.max(0, event.untilMs - now) / 1_000);
  }

  #counter(
    name: string,
    help: string,
    labelNames: string[] = [],
    complete: (counter: Counter) => void = () => {},
  ): Counter {
    return new Counter({
      name: `batchfeed_${name}`,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        complete(this);
      },
    });
  }

  #histogram(name: string, help: string, buckets: number[], labelNames: string[] = []): Histogram {
    return new Histogram({ name: `batchfeed_${name}`, help, buckets, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, labelNames: string[], read: (gauge: Gauge) => void): void {
    new Gauge({
      name: `batchfeed_${name}`,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        read(this);
      },
    });
  }
}

/** Held lines are open ones, too; the states of this metric add up to what was accepted. */
function statesOf(ledger: Ledger): Record<string, number> {
  const { waiting, open, held, sealed, inFlight, delivered, dead, expired, discarded } = ledger;
  return { waiting, open: open - held, held, sealed, in_flight: inFlight, delivered, dead, expired, discarded };
}
