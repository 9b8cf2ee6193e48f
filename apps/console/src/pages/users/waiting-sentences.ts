import type { ExplanationResource } from '@batchfeed/schemas';
import { t } from '../../texts/text.ts';

type Wait = NonNullable<ExplanationResource['waits_for']>[number];

/** Where something of a user is that is not over, and what it waits for, in sentences. Moments are in UTC, for `Sentence`. Pure. */
export function waitingSentences(found: ExplanationResource): string[] {
  const { stage, state, due_ts: due, attempts = 0, last_answer: last, waits_for: waits = [] } = found;
  if (state === 'waiting') return [t(`users.waiting.${stage}.waiting`, { count: found.before ?? 0 })];
  if (state === 'held') return heldSentences(found);
  if (state !== 'open' && state !== 'sealed' && state !== 'in_flight') return [];
  const lines = t('users.waiting.lines', { count: found.lines ?? 1 });
  return [
    stage === 'update' ? t(`users.waiting.update.${state}`) : t(`users.waiting.batch.${state}`, { lines }),
    ...(stage === 'batch' && state === 'open' && due !== undefined ? [t('users.waiting.due', { when: iso(due) })] : []),
    ...(state === 'open' && found.express === true ? [t('users.waiting.express')] : []),
    ...(attempts > 0 && last ? [t('users.waiting.failed', { count: attempts, reason: last.reason })] : []),
    ...waits.map((wait) => sentences[wait.for](wait)),
  ];
}

/** What a held line waits for: groups of other keys, with an earlier line of its user. */
function heldSentences({ held_for: groups = [], held_until_ts: until, express }: ExplanationResource): string[] {
  return [
    t('users.waiting.held.is'),
    ...groups.map(({ grouping_key: key, lines }) =>
      t('users.waiting.held.for', { key, lines: t('users.waiting.lines', { count: lines }) }),
    ),
    ...(express === true ? [t('users.waiting.express')] : []),
    ...(until === undefined ? [] : [t(`users.waiting.held.${express ? 'from' : 'until'}`, { when: iso(until) })]),
  ];
}

const sentences: Readonly<Record<Wait['for'], (wait: Wait) => string>> = {
  disk: () => t('users.waiting.for.disk'),
  batch: (wait) => t('users.waiting.for.batch', { batch: batchOf(wait) }),
  earlier_batch_of_key: (wait) => t('users.waiting.for.earlier_batch_of_key', { batch: batchOf(wait) }),
  requested_delay: (wait) => t('users.waiting.for.requested_delay', { when: timeOf(wait) }),
  retry: (wait) => t('users.waiting.for.retry', { when: timeOf(wait) }),
  slot: () => t('users.waiting.for.slot'),
  paused: () => t('users.waiting.for.paused'),
  downstream: () => t('users.waiting.for.downstream'),
  repair: ({ reason }) => t('users.waiting.for.repair', { reason: reason ?? t('users.waiting.seeLog') }),
};

const batchOf = ({ batch }: Wait): string => batch ?? t('users.waiting.another');
const timeOf = ({ until_ts: ts }: Wait): string => (ts === undefined ? t('users.waiting.later') : iso(ts));
const iso = (ts: number): string => new Date(ts).toISOString();
