import type { DeliveryEvent, Line, Outcome, OutgoingBatch } from '@batchfeed/delivery';
import type { Logger } from 'pino';
import type { HistoryRecorder } from '../history/history-recorder.ts';
import { maskText } from '../history/mask.ts';
import type { Latencies } from '../live/latencies.ts';
import type { Damages } from '../observe/damages.ts';
import type { SettledRates } from '../observe/settled-rates.ts';
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
  readonly rates: SettledRates;
  readonly damages: Damages;
  readonly history: HistoryRecorder;
  readonly logger: Logger;
  readonly trace: Trace;
  readonly now: () => number;
  readonly onFailure: (error: Error) => void;
}

/** Events that are logged as they are. */
type LoggedEvent = Exclude<DeliveryEvent, { type: 'failed' | 'lane_lost' | 'destination_damaged' }>;

/**
 * Watches the pipeline for statistics, metrics, logs and the history. Keys and identifiers stay out
 * of the first three: a user is named by a trace, which its updates and the batches with its lines
 * have in common.
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
    const { recorder, arrivals, history, logger, rates } = this.#parts;
    const { sessionId } = splitSessionKey(update.key);
    history.updateAnswered(update, outcome);
    countUpdate(recorder.of(update.destination, sessionId), outcome, stats);
    if (outcome.kind === 'delivered') {
      this.metrics?.updateDelivered();
      rates.settled(update.destination, { updates: 1, bytes: update.bytes - lengthOf(outcome.forward) });
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
    const { recorder, history, logger, rates } = this.#parts;
    const { sessionId } = splitSessionKey(batch.key);
    history.batchAnswered(batch, outcome);
    countBatch(recorder.of(batch.destination, sessionId), outcome, batch.lines.length);
    if (outcome.kind === 'delivered') {
      rates.settled(batch.destination, { lines: batch.lines.length, bytes: batch.bytes });
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
    const { recorder, history, now, onFailure, rates } = this.#parts;
    if (event.type === 'failed') {
      onFailure(event.error);
      return;
    }
    if (event.type === 'lane_lost' || event.type === 'destination_damaged') {
      this.#lost(stage, event);
      return;
    }
    history.event(stage, event);
    this.metrics?.event(stage, event, now());
    if (event.type === 'sealed' || event.type === 'dead') {
      const { counters } = recorder.of(event.destination, splitSessionKey(event.key).sessionId);
      if (event.type === 'sealed') counters.batches_sealed += 1;
      else if (stage === 'update') {
        counters.updates_dead += 1;
        rates.settled(event.destination, { updates: 1, bytes: 0 });
      } else {
        rates.settled(event.destination, { lines: event.lines, bytes: 0 });
        counters.batches_dead += 1;
        counters.lines_dead += event.lines;
      }
    }
    this.#log(stage, event);
  }

  /** Something stops for good until it is mended or taken anew; everything else goes on. */
  #lost(stage: Stage, event: Extract<DeliveryEvent, { type: 'lane_lost' | 'destination_damaged' }>): void {
    const { damages, logger } = this.#parts;
    const { message: reason } = event.error;
    if (event.type === 'lane_lost') {
      logger.error({ stage, lane: event.lane, reason }, 'Another process has taken a lane: its feeds stop here.');
      return;
    }
    damages.found(event.destination, reason);
    logger.error({ stage, feed: event.destination, reason }, 'Data of a feed are damaged: nothing of it is sent.');
  }

  #log(stage: Stage, event: LoggedEvent): void {
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

/** Characters of some lines, which is nearly their bytes. */
function lengthOf(lines: readonly Line[] = []): number {
  let length = 0;
  for (const { content } of lines) length += content.length;
  return length;
}

function levelOf(event: LoggedEvent): 'debug' | 'info' | 'warn' {
  if (event.type === 'dead' || event.type === 'ledger_mismatch') return 'warn';
  if (event.type === 'expired') return 'info';
  return event.type === 'attempt' && event.outcome !== 'delivered' ? 'info' : 'debug';
}
