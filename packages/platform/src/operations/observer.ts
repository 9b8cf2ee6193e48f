import type { DeliveryEvent, Line, Outcome, OutgoingBatch } from '@batchfeed/delivery';
import type { Logger } from 'pino';
import type { HistoryRecorder } from '../history/history-recorder.ts';
import { maskText } from '../history/mask.ts';
import type { Latencies } from '../live/latencies.ts';
import { splitSessionKey } from '../pipeline/session-key.ts';
import { countBatch, countUpdate, type IdentifierStat } from '../statistics/count-update.ts';
import type { StatisticsRecorder } from '../statistics/statistics-recorder.ts';
import type { Arrivals } from './arrivals.ts';
import type { Metrics, Stage } from './metrics.ts';
import type { Trace } from './trace.ts';

const BATCH_ENDPOINT = '/v1/batch_update';

interface ObserverParts {
  readonly recorder: StatisticsRecorder;
  readonly arrivals: Arrivals;
  readonly latencies: Latencies;
  readonly history: HistoryRecorder;
  readonly logger: Logger;
  readonly trace: Trace;
  readonly now: () => number;
  readonly onFailure: (error: Error) => void;
}

/**
 * Watches the pipeline for statistics, metrics, logs and the history. Keys and identifiers stay out of the first three: a
 * user is named by a trace, which its updates and the batches with its lines have in common.
 */
export class Observer {
  readonly #parts: ObserverParts;
  /** Set as soon as the engines the metrics read are open. */
  metrics: Metrics | undefined;

  constructor(parts: ObserverParts) {
    this.#parts = parts;
  }

  accepted(feedId: string, sessionId: string, updates: number): void {
    this.#parts.recorder.of(feedId, sessionId).counters.updates_accepted += updates;
    this.metrics?.ingested(updates, 0);
  }

  rejected(feedId: string, sessionId: string, updates: number): void {
    this.#parts.recorder.of(feedId, sessionId).counters.updates_rejected += updates;
    this.metrics?.ingested(0, updates);
  }

  called(endpoint: string, ms: number, feedId: string): void {
    this.metrics?.called(endpoint, ms);
    if (endpoint === BATCH_ENDPOINT) this.#parts.latencies.called(feedId, ms);
  }

  updateAnswered(update: OutgoingBatch, outcome: Outcome, stats: readonly IdentifierStat[]): void {
    const { recorder, arrivals, history, logger } = this.#parts;
    const { sessionId } = splitSessionKey(update.key);
    history.updateAnswered(update, outcome);
    countUpdate(recorder.of(update.destination, sessionId), outcome, stats);
    if (outcome.kind === 'delivered') {
      this.metrics?.updateDelivered();
      if (outcome.forward !== undefined && outcome.forward.length > 0) {
        arrivals.came(update.destination, outcome.forward as Line[]);
      }
    }
    if (!logger.isLevelEnabled('debug')) return;
    const { kind, status } = outcome;
    const lines = kind === 'delivered' ? (outcome.forward?.length ?? 0) : 0;
    const traces = this.#tracesOf(update);
    logger.debug({ feed: update.destination, update: update.id, traces, outcome: kind, status, lines }, 'update');
  }

  batchSending(batch: OutgoingBatch): void {
    this.#parts.history.batchSending(batch);
  }

  batchAnswered(batch: OutgoingBatch, outcome: Outcome): void {
    const { recorder, history, logger } = this.#parts;
    const { sessionId } = splitSessionKey(batch.key);
    history.batchAnswered(batch, outcome);
    countBatch(recorder.of(batch.destination, sessionId), outcome, batch.lines.length);
    if (outcome.kind === 'delivered') {
      this.metrics?.items(outcome.tallies?.success ?? 0, outcome.tallies?.error ?? 0);
    }
    if (!logger.isLevelEnabled('debug')) return;
    const { kind, status } = outcome;
    const traces = this.#tracesOf(batch);
    logger.debug(
      { feed: batch.destination, batch: batch.id, attempt: batch.attempt, traces, outcome: kind, status },
      'batch',
    );
  }

  event(stage: Stage, event: DeliveryEvent): void {
    const { recorder, history, now, onFailure } = this.#parts;
    if (event.type === 'failed') {
      onFailure(event.error);
      return;
    }
    history.event(stage, event);
    this.metrics?.event(stage, event, now());
    if (event.type === 'sealed' || event.type === 'dead') {
      const { counters } = recorder.of(event.destination, splitSessionKey(event.key).sessionId);
      if (event.type === 'sealed') counters.batches_sealed += 1;
      else if (stage === 'update') counters.updates_dead += 1;
      else {
        counters.batches_dead += 1;
        counters.lines_dead += event.lines;
      }
    }
    this.#log(stage, event);
  }

  #log(stage: Stage, event: Exclude<DeliveryEvent, { type: 'failed' }>): void {
    const { logger } = this.#parts;
    const level = levelOf(event);
    if (!logger.isLevelEnabled(level)) return;
    // What a key holds is the plugin's business, and at the update stage it names the user.
    const { key: _, destination: feed, ...entry } = event as typeof event & { key?: string; reason?: string };
    // Plugins write reasons, and may name a user in them.
    const said = entry.reason === undefined ? {} : { reason: maskText(entry.reason) };
    logger[level]({ stage, feed, ...entry, ...said }, event.type);
  }

  #tracesOf({ destination, lines }: OutgoingBatch): string[] {
    return [...new Set(lines.flatMap(({ subject }) => subject ?? []))].map((user) =>
      this.#parts.trace(destination, user),
    );
  }
}

function levelOf(event: DeliveryEvent): 'debug' | 'info' | 'warn' {
  if (event.type === 'dead' || event.type === 'ledger_mismatch') return 'warn';
  if (event.type === 'expired') return 'info';
  return event.type === 'attempt' && event.outcome !== 'delivered' ? 'info' : 'debug';
}
