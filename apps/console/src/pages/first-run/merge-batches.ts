import type { BatchSummary } from '@batchfeed/schemas';

/** The batches with what changed of them, newest first, so many at most. */
export function mergeBatches(
  before: readonly BatchSummary[],
  changed: readonly BatchSummary[],
  most: number,
): BatchSummary[] {
  const byId = new Map([...before, ...changed].map((batch) => [batch.batch_id, batch]));
  return [...byId.values()].sort((one, other) => other.sealed_ts - one.sealed_ts).slice(0, most);
}
