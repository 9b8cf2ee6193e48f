import type { BatchAttempt, BatchState, BatchSummary, HistoryGap, UserEvent } from '@batchfeed/schemas';
import type { BatchChange, Try } from './batch-change.ts';
import type { Extent, FoundUser } from './history-protocol.ts';
import { maskText } from './mask.ts';
import type { UpdateEntry, UpdateKind } from './update-chunk.ts';
import { updateIdOf } from './update-entry.ts';

/** How what the history holds looks to operators: masked, in the words of the API. Pure. */

type Named = Pick<BatchChange, 'sessionId' | 'groupingKey' | 'lines' | 'bytes' | 'openedAt' | 'sealedAt'> &
  Pick<BatchChange, 'settledAt' | 'attempts' | 'status'> & {
    readonly sealReason: string;
    readonly state: BatchState;
    readonly reason: string | null;
    readonly replay: boolean | number;
  };

export function batchSummary(batchId: string, batch: Named): BatchSummary {
  return {
    batch_id: batchId,
    session_id: batch.sessionId,
    grouping_key: maskText(batch.groupingKey),
    lines: batch.lines,
    bytes: batch.bytes,
    seal_reason: batch.sealReason as BatchSummary['seal_reason'],
    opened_ts: batch.openedAt,
    sealed_ts: batch.sealedAt,
    settled_ts: batch.settledAt,
    state: batch.state,
    attempts: batch.attempts,
    http_status: batch.status,
    reason: masked(batch.reason),
    replay: Boolean(batch.replay),
  };
}

export function batchAttempt({ attempt, at, ms, outcome, status, reason, excerpt, delayMs }: Try): BatchAttempt {
  return {
    attempt,
    ts: at,
    ms,
    outcome,
    http_status: status,
    reason: masked(reason),
    excerpt: masked(excerpt),
    delay_ms: delayMs,
  };
}

export function historyGaps({ gaps }: Extent): HistoryGap[] {
  return gaps.map(({ from, to, reason }) => ({ from_ts: from, to_ts: to, reason }));
}

/** Before when the history of a feed of that age lacks what happened; null when nothing is missing. */
export function incompleteBefore({ began, pruned }: Extent, feedCreatedAt: number): number | null {
  const since = Math.max(pruned, began > feedCreatedAt ? began : 0);
  return since > feedCreatedAt ? since : null;
}

/** What happened to a user in one feed, in order. */
export function userEvents({ updates, batches }: Omit<FoundUser, 'more'>): UserEvent[] {
  const events = [...updateEvents(updates), ...batches.flatMap(batchEvents)];
  // What has one time stays in the order of what leads to what.
  return events
    .map((event, index) => ({ event, index }))
    .sort((one, other) => one.event.ts - other.event.ts || one.index - other.index)
    .map(({ event }) => event);
}

const UPDATE_EVENTS: Readonly<Record<UpdateKind, UserEvent['kind']>> = {
  processed: 'update_answered',
  skipped: 'update_answered',
  rejected: 'update_answered',
  retry: 'update_retried',
  dead: 'update_dead',
};
const UPDATE_REASONS: Partial<Readonly<Record<UpdateKind, string>>> = {
  skipped: 'no_eligible_identifier',
};

function updateEvents(updates: readonly UpdateEntry[]): UserEvent[] {
  const accepted = new Set<string>();
  return [...updates].reverse().flatMap((update): UserEvent[] => {
    const { kind, operation, lines, status, attempt } = update;
    const id = updateIdOf(update);
    const reason = masked(update.reason ?? UPDATE_REASONS[kind] ?? null);
    const answered: UserEvent = {
      ts: update.answeredAt,
      kind: UPDATE_EVENTS[kind],
      update_id: id,
      ...(operation === undefined ? {} : { operation }),
      ...(status === undefined ? {} : { status }),
      ...(reason === null ? {} : { reason }),
      ...(kind === 'processed' ? { lines } : {}),
      ...(attempt === 0 ? {} : { attempt }),
    };
    if (kind === 'dead' || accepted.has(id)) return [answered];
    accepted.add(id);
    const first = { ts: update.acceptedAt, kind: 'update_accepted' as const, update_id: id };
    return [{ ...first, ...(operation === undefined ? {} : { operation }) }, answered];
  });
}

function batchEvents({ row, tries, places }: FoundUser['batches'][number]): UserEvent[] {
  const of = { batch_id: row.batchId, grouping_key: maskText(row.groupingKey) };
  const lines = places.map(({ number, acceptedAt }) => ({ ts: acceptedAt, kind: 'line' as const, ...of, number }));
  const sealed = { ts: row.sealedAt, kind: 'batch_sealed' as const, ...of, reason: row.sealReason };
  const attempts = tries.flatMap((one, index) => tryEvents(one, tries[index - 1], of));
  const isSplit = row.state === 'split' && row.settledAt !== null;
  const ended = isSplit ? [{ ts: row.settledAt as number, kind: 'batch_split' as const, ...of }] : [];
  return [...lines, sealed, ...attempts, ...ended];
}

function tryEvents(one: Try, before: Try | undefined, of: Pick<UserEvent, 'batch_id' | 'grouping_key'>): UserEvent[] {
  const { at, ms, attempt, outcome, status, reason, replay, isLast } = one;
  const answer = { ...(status === null ? {} : { status }), ...(reason === null ? {} : { reason: maskText(reason) }) };
  const cameBack = replay && (before === undefined || !before.replay || before.isLast);
  return [
    ...(cameBack ? [{ ts: at - ms, kind: 'batch_replayed' as const, ...of }] : []),
    { ts: at, kind: 'batch_attempt', ...of, ...answer, attempt },
    ...(outcome === 'delivered' ? [{ ts: at, kind: 'batch_delivered' as const, ...of }] : []),
    ...(isLast ? [{ ts: at, kind: 'batch_dead' as const, ...of, ...answer }] : []),
  ];
}

function masked(text: string | null): string | null {
  return text === null ? null : maskText(text);
}
