import type { Outcome } from '@batchfeed/delivery';
import { countRejected, type SessionCounts } from './statistics-recorder.ts';

/** What an update's answer says of the user's identifiers. */
export interface IdentifierStat {
  readonly sync_result: 'PROCESSED' | 'SUCCESS' | 'REJECTED';
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

const COUNTER = {
  PROCESSED: 'identifiers_processed',
  SUCCESS: 'identifiers_success',
  REJECTED: 'identifiers_rejected',
} as const satisfies Record<IdentifierStat['sync_result'], string>;

/** The `stats` of an answer, as far as they are what the protocol says. */
export function readStats(stats: unknown): IdentifierStat[] {
  if (!Array.isArray(stats)) return [];
  return stats.flatMap((stat) => {
    const { sync_result: result, tags } = (stat ?? {}) as { sync_result?: unknown; tags?: unknown };
    if (typeof result !== 'string' || !Object.hasOwn(COUNTER, result)) return [];
    return {
      sync_result: result as IdentifierStat['sync_result'],
      tags: Array.isArray(tags) ? tags.filter(isTag) : [],
    };
  });
}

/** Counts an update that is over, with its identifiers. An identifier is sent when a line, or a stat not refused, says so. */
export function countUpdate(counts: SessionCounts, outcome: Outcome, stats: readonly IdentifierStat[]): void {
  if (outcome.kind !== 'delivered') return;
  const { counters } = counts;
  const skipped = outcome.tallies?.no_eligible_identifier !== undefined;
  const lines = outcome.forward?.length ?? 0;
  let sent = lines > 0;
  counters[skipped ? 'updates_no_eligible_identifier' : 'updates_processed'] += 1;
  counters.lines_accepted += lines;
  for (const { sync_result, tags } of stats) {
    counters[COUNTER[sync_result]] += 1;
    if (sync_result === 'REJECTED') countRejected(counts, tags);
    else sent = true;
  }
  if (!sent) counters.updates_without_identifier_sent += 1;
}

/** Counts one attempt of a batch. */
export function countBatch({ counters }: SessionCounts, outcome: Outcome, lines: number): void {
  counters.batch_attempts += 1;
  if (outcome.kind !== 'delivered') return;
  counters.batches_delivered += 1;
  counters.lines_delivered += lines;
  counters.items_success += outcome.tallies?.success ?? 0;
  counters.items_error += outcome.tallies?.error ?? 0;
}

function isTag(tag: unknown): tag is { key: string; value: string } {
  const { key, value } = (tag ?? {}) as { key?: unknown; value?: unknown };
  return typeof key === 'string' && typeof value === 'string';
}
