import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedStatistics } from '@batchfeed/schemas';
import { DemoError } from './demo-error.ts';
import type { OperatorClient } from './operator-client.ts';

export interface FollowOptions {
  client: Pick<OperatorClient, 'statistics' | 'drain'>;
  feedId: string;
  /** Whether every update has been handed to the platform. */
  isUploaded: () => boolean;
  signal: AbortSignal;
  onStatistics: (statistics: FeedStatistics) => void;
  /** Milliseconds between two looks. 200 by default. */
  intervalMs?: number;
  /** Milliseconds without any change after which it is given up. 120,000 by default. */
  stallMs?: number;
}

/** Updates that are done with, whatever came of them. */
export function settledUpdates({ updates }: FeedStatistics): number {
  return updates.processed + updates.no_eligible_identifier + updates.dead;
}

/** Lines that have not reached an end yet. */
export function waitingLines({ lines }: FeedStatistics): number {
  return lines.waiting + lines.open + lines.sealed + lines.in_flight;
}

function progressMark({ updates, lines, batches }: FeedStatistics): string {
  return JSON.stringify([updates.accepted, updates.processed, lines.delivered, lines.dead, batches.attempts]);
}

/**
 * Watches a feed until everything it accepted has reached an end; once its updates have, the batches still open are
 * drained. Resolves to the final statistics, or to the latest ones when the signal comes first.
 */
export async function followFeed(options: FollowOptions): Promise<FeedStatistics> {
  const { client, feedId, isUploaded, signal, onStatistics, intervalMs = 200, stallMs = 120_000 } = options;
  let mark = '';
  let changedAt = performance.now();
  for (;;) {
    // Asked before the statistics, which may otherwise be of the moment before the last update came in.
    const uploaded = isUploaded();
    const statistics = await client.statistics(feedId);
    onStatistics(statistics);
    if (signal.aborted) return statistics;
    if (uploaded && settledUpdates(statistics) === statistics.updates.accepted) {
      if (waitingLines(statistics) === 0) return statistics;
      if (statistics.lines.waiting + statistics.lines.open > 0) await client.drain(feedId);
    }
    if (progressMark(statistics) !== mark) {
      mark = progressMark(statistics);
      changedAt = performance.now();
    } else if (performance.now() - changedAt > stallMs) {
      const { updates, lines } = statistics;
      throw new DemoError(
        'STALLED',
        `nothing has moved for ${stallMs / 1_000} s: ${updates.accepted - settledUpdates(statistics)} updates and ${waitingLines(statistics)} of ${lines.accepted} lines wait`,
        'the logs of platform and plugin say what is retried; starting again goes on from here',
      );
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => {});
  }
}
