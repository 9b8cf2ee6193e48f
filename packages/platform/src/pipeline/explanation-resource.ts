import type { Explanation, Wait } from '@batchfeed/delivery';
import type { DeadLetterResource, ExplanationResource } from '@batchfeed/schemas';
import { splitSessionKey } from './session-key.ts';

type WaitResource = NonNullable<ExplanationResource['waits_for']>[number];

const WAITS: { [K in Wait['for']]: (wait: Extract<Wait, { for: K }>) => Omit<WaitResource, 'for'> } = {
  disk: () => ({}),
  batch: ({ batch }) => ({ batch }),
  earlier_batch_of_key: ({ behind }) => ({ batch: behind }),
  requested_delay: ({ scope, until }) => ({ scope, until_ts: time(until) }),
  retry: ({ until }) => ({ until_ts: time(until) }),
  slot: ({ inFlight }) => ({ in_flight: inFlight }),
  paused: () => ({}),
  downstream: () => ({}),
  repair: ({ reason }) => ({ reason }),
};

/** Where something is, as operators see it. The key of an update names its user and is left out. Pure. */
export function explanationResource(stage: DeadLetterResource['stage'], found: Explanation): ExplanationResource {
  if (found.state === 'over' || found.state === 'unknown') return { stage, state: found.state };
  if (found.state === 'dead') {
    const { letter } = found;
    return {
      stage,
      state: 'dead',
      ...placeOf(stage, letter.key),
      batch_id: letter.id,
      lines: letter.size,
      bytes: letter.bytes,
      opened_ts: letter.openedAt,
      sealed_ts: letter.sealedAt,
      attempts: letter.attempts,
      last_answer: answer({ reason: letter.reason, status: letter.status }),
      dead_letter_id: `${stage}-${letter.ref}`,
    };
  }
  if (found.state === 'waiting') return { stage, state: 'waiting', before: found.before };
  if (found.state === 'held') return held(stage, found);
  const group = {
    stage,
    state: found.state,
    ...placeOf(stage, found.key),
    lines: found.lines,
    bytes: found.bytes,
    opened_ts: found.openedAt,
  };
  if (found.state === 'open') return { ...group, due_ts: time(found.dueAt), express: found.express };
  return {
    ...group,
    batch_id: found.batch,
    seal_reason: found.reason,
    sealed_ts: found.sealedAt,
    attempts: found.attempts,
    replay: found.replay,
    ...(found.lastAnswer === undefined ? {} : { last_answer: answer(found.lastAnswer) }),
    waits_for: found.waitsFor.map((wait) => ({
      for: wait.for,
      ...(WAITS[wait.for] as (wait: Wait) => Omit<WaitResource, 'for'>)(wait),
    })),
  };
}

function held(stage: DeadLetterResource['stage'], found: Extract<Explanation, { state: 'held' }>): ExplanationResource {
  return {
    stage,
    state: 'held',
    ...placeOf(stage, found.key),
    lines: 1,
    bytes: found.bytes,
    accepted_ts: found.acceptedAt,
    held_for: found.heldFor.map(({ key, lines }) => ({ grouping_key: splitSessionKey(key).rest, lines })),
    express: found.express,
    ...(Number.isFinite(found.until) ? { held_until_ts: time(found.until) } : {}),
  };
}

/** Parts of a quarter of an age are no whole milliseconds; the end of the wait must not be told too early. */
function time(ms: number): number {
  return Math.ceil(ms);
}

function placeOf(stage: DeadLetterResource['stage'], key: string) {
  const { sessionId, rest } = splitSessionKey(key);
  return { session_id: sessionId, ...(stage === 'batch' ? { grouping_key: rest } : {}) };
}

function answer({ reason, status }: { reason: string; status: number | undefined }) {
  return { reason, ...(status === undefined ? {} : { http_status: status }) };
}
