import type { BatchState, BatchSummary, ExplanationResource } from '@batchfeed/schemas';

type SealReason = BatchSummary['seal_reason'];
type Wait = NonNullable<ExplanationResource['waits_for']>[number];

const SEALED: Readonly<Record<SealReason, string>> = {
  lines: 'as it had as many lines as a batch may have',
  bytes: 'as it had as many bytes as a batch may have',
  age: 'as its oldest line had waited as long as lines may wait',
  drain: 'as somebody asked for everything open to be sent',
  budget: 'early, as its feed has more grouping keys than memory holds',
  reconfigured: 'as the batching configuration changed',
  order: 'early, as a line of one of its users, held back for an earlier one, had waited as long as it may',
  express: 'as a small batch for users that change all the time, beside the ordinary batches of its key',
};

const WAITS: Readonly<Record<Wait['for'], (wait: Wait) => string>> = {
  disk: () => 'for being written to disk',
  batch: ({ batch }) => `for batch ${batch}, which has an earlier line of one of its users`,
  earlier_batch_of_key: ({ batch }) => `for batch ${batch} of the same key, which goes first`,
  requested_delay: ({ until_ts }) => `until ${time(until_ts)}, as the plugin asked for a delay`,
  retry: ({ until_ts }) => `until ${time(until_ts)}, to be tried again`,
  slot: ({ in_flight }) => `for a slot: as many calls of the feed as may be are under way (${in_flight ?? 'all'})`,
  paused: () => 'for the feed to be resumed',
  downstream: () => 'for room in the stage behind it',
  repair: ({ reason }) => `for the repair of damaged data: ${reason ?? 'the log says of what'}`,
};

const STATES: Readonly<Record<BatchState, (batch: BatchSummary) => string>> = {
  sealed: () => 'It has not been sent yet.',
  in_flight: ({ attempts }) => `Attempt ${attempts} is under way.`,
  waiting: ({ attempts, reason }) => `${tries(attempts)} failed, the last one so: ${sentence(reason)}`,
  delivered: ({ attempts, settled_ts: settled, sealed_ts: sealed }) =>
    settled === null
      ? 'It was delivered; when is not known, as the history has a gap there.'
      : `It was delivered with attempt ${attempts}, ${duration(settled - sealed)} after being sealed.`,
  dead: ({ attempts, reason }) =>
    `It was given up after ${tries(attempts)}: ${sentence(reason)} It can be replayed from the dead letters.`,
  split: () => 'It was refused as a whole and split into two halves, which are batches of their own.',
};

/** What happened to a batch and what it waits for, in sentences. `now`: where the engine has it, if it has. Pure. */
export function explainBatch(batch: BatchSummary, now: ExplanationResource | undefined, linesKept: boolean): string[] {
  const age = duration(batch.sealed_ts - batch.opened_ts);
  const lines = batch.lines === 1 ? '1 line' : `${batch.lines} lines`;
  const isSettled = batch.state === 'delivered' || batch.state === 'dead' || batch.state === 'split';
  return [
    `It was sealed ${SEALED[batch.seal_reason]}, with ${lines}, ${age} after the oldest was accepted.`,
    ...(batch.replay ? ['It has come back from the dead letters.'] : []),
    STATES[batch.state](batch),
    ...(isSettled ? [] : (now?.waits_for ?? []).map((wait) => `It waits ${WAITS[wait.for](wait)}.`)),
    ...(linesKept || !isSettled ? [] : ['Its contents are not kept (any more).']),
  ];
}

function tries(attempts: number): string {
  return attempts === 1 ? '1 attempt' : `${attempts} attempts`;
}

function sentence(text: string | null): string {
  if (text === null) return 'nobody knows why.';
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function time(ts: number | undefined): string {
  return ts === undefined ? 'later' : new Date(ts).toISOString();
}

function duration(ms: number): string {
  return ms < 1_000 ? `${Math.max(0, ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}
