import type { ExplanationResource } from '@batchfeed/schemas';

type Wait = NonNullable<ExplanationResource['waits_for']>[number];

const ENDS: Partial<Record<NonNullable<ExplanationResource['outcome']>, string>> = {
  done: 'done, without a line',
  no_eligible_identifier: 'done, with no eligible identifier',
};

const REASONS: Readonly<Record<string, string>> = {
  lines: 'it had as many lines as a batch may have',
  bytes: 'it had as many bytes as a batch may have',
  age: 'its oldest line had waited as long as lines may wait',
  order: 'a line of one of its users, held back for an earlier one, had waited as long as it may',
  express: 'it is a small batch for users that change all the time',
  drain: 'everything open was asked for',
  budget: 'its feed has more grouping keys than memory holds',
  reconfigured: 'the batching configuration changed',
};

const WAITS: Readonly<Record<Wait['for'], (wait: Wait) => string>> = {
  disk: () => 'to be written to disk',
  batch: ({ batch }) => `for batch ${batch}, which has an earlier line of one of its users`,
  earlier_batch_of_key: ({ batch }) => `for ${batch}, which goes first`,
  requested_delay: ({ until_ts: until }) => `until ${time(until)}, as the plugin asked for a delay`,
  retry: ({ until_ts: until }) => `until ${time(until)}, to be tried again`,
  slot: ({ in_flight: calls }) => `for a slot: as many calls of the feed as may be are under way (${calls ?? 'all'})`,
  paused: () => 'for the feed to be resumed',
  downstream: () => 'for room in the stage behind it',
  repair: ({ reason }) => `for the repair of damaged data: ${reason ?? 'the log says of what'}`,
};

/** Where something is and why, in a line of facts and a sentence for everything it waits for. Pure. */
export function explanationText(found: ExplanationResource): string {
  const { stage, state, batch_id: batch, grouping_key: key, lines, bytes, attempts, seal_reason: reason } = found;
  const facts = [
    `${stage} ${over(found) ?? state}`,
    batch === undefined ? undefined : `id ${batch}`,
    key === undefined ? undefined : `key ${JSON.stringify(key)}`,
    lines === undefined ? undefined : `${lineCount(lines)}, ${bytes} bytes`,
    found.before === undefined ? undefined : `on disk, ${found.before} of the feed come first`,
    found.accepted_ts === undefined ? undefined : `accepted at ${time(found.accepted_ts)}`,
    reason === undefined ? undefined : `sealed as ${REASONS[reason] ?? reason}`,
    attempts === undefined ? undefined : `${attempts} attempts`,
    found.due_ts === undefined ? undefined : `sealed by age at ${time(found.due_ts)} at the latest`,
    found.last_answer === undefined ? undefined : `last answer: ${found.last_answer.reason}`,
    found.dead_letter_id === undefined ? undefined : `replay it as ${found.dead_letter_id}`,
  ].filter((part) => part !== undefined);
  const waits = (found.waits_for ?? []).map((wait) => `waits ${WAITS[wait.for](wait)}`);
  return [facts.join('; '), ...[...held(found), ...waits].map((sentence) => `  ${sentence}`)].join('\n');
}

/** What a line is held for, and until when. */
function held({ held_for: groups = [], held_until_ts: until, express = false, state }: ExplanationResource): string[] {
  const most = express ? 'at the earliest' : 'at the latest';
  return [
    ...groups.map(
      ({ grouping_key: key, lines }) =>
        `held for an earlier line of its user in the open group of key ${JSON.stringify(key)} (${lineCount(lines)})`,
    ),
    ...(express && (state === 'held' || state === 'open')
      ? [
          'goes by a small batch for users that change all the time: such lines are late when there are more than batches',
        ]
      : []),
    ...(until === undefined ? [] : [`sealed at ${time(until)} ${most}`]),
  ];
}

/** What became of something that is over, when the history knows. */
function over({ outcome, settled_ts: settled }: ExplanationResource): string | undefined {
  if (outcome === undefined) return undefined;
  const what = ENDS[outcome] ?? outcome;
  return settled === undefined ? `${what}, at an unknown time` : `${what} at ${time(settled)}`;
}

function lineCount(lines: number): string {
  return lines === 1 ? '1 line' : `${lines} lines`;
}

function time(ts: number | undefined): string {
  return ts === undefined ? 'later' : new Date(ts).toISOString();
}
