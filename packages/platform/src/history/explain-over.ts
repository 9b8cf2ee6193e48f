import type { ExplanationResource } from '@batchfeed/schemas';
import type { BatchRow, FoundUser } from './history-protocol.ts';
import { batchSummary } from './history-resources.ts';
import type { UpdateEntry, UpdateKind } from './update-chunk.ts';
import { updateIdOf } from './update-entry.ts';

const UPDATE_OUTCOMES: Partial<Readonly<Record<UpdateKind, NonNullable<ExplanationResource['outcome']>>>> = {
  processed: 'done',
  skipped: 'no_eligible_identifier',
};

/** A batch that is over, as explanations have it; undefined while it is not. Pure. */
export function explainOver(row: BatchRow): ExplanationResource | undefined {
  const { batch_id, session_id, grouping_key, lines, bytes, opened_ts, sealed_ts, seal_reason, attempts, replay } =
    batchSummary(row.batchId, row);
  if (row.state !== 'delivered' && row.state !== 'dead' && row.state !== 'split') return undefined;
  return {
    stage: 'batch',
    state: 'over',
    ...{ batch_id, session_id, grouping_key, lines, bytes, opened_ts, sealed_ts, seal_reason, attempts, replay },
    outcome: row.state,
    ...(row.settledAt === null ? {} : { settled_ts: row.settledAt }),
  };
}

/** What is over of a user in one feed: updates, then batches, the oldest first, without those that `known` has. Pure. */
export function explainUserOver(
  { updates, batches }: Pick<FoundUser, 'updates' | 'batches'>,
  known: ReadonlySet<string | undefined>,
) {
  const over = [
    ...[...updates].reverse().map(updateOver),
    ...[...batches].reverse().map(({ row }) => explainOver(row)),
  ];
  return over.filter((found) => found !== undefined && !known.has(found.batch_id)) as ExplanationResource[];
}

function updateOver(update: UpdateEntry): ExplanationResource | undefined {
  const outcome = UPDATE_OUTCOMES[update.kind];
  // Where an update made lines, they say more than it does.
  if (outcome === undefined || update.lines > 0) return undefined;
  return {
    stage: 'update',
    state: 'over',
    session_id: update.sessionId,
    batch_id: updateIdOf(update),
    attempts: update.attempt,
    outcome,
    settled_ts: update.answeredAt,
  };
}
