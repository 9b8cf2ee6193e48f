import type { ExplanationResource } from '@batchfeed/schemas';
import { t } from '../../texts/text.ts';

type Wait = NonNullable<ExplanationResource['waits_for']>[number];

/** Where something of a user is that is not over, and what it waits for, in sentences. Moments are in UTC, for `Sentence`. Pure. */
export function waitingSentences(found: ExplanationResource): string[] {
  const { stage, state, due_ts: due, attempts = 0, last_answer: last, waits_for: waits = [] } = found;
  if (state !== 'open' && state !== 'sealed' && state !== 'in_flight') return [];
  const lines = t('users.waiting.lines', { count: found.lines ?? 1 });
  return [
    stage === 'update' ? t(`users.waiting.update.${state}`) : t(`users.waiting.batch.${state}`, { lines }),
    ...(stage === 'batch' && state === 'open' && due !== undefined ? [t('users.waiting.due', { when: iso(due) })] : []),
    ...(attempts > 0 && last ? [t('users.waiting.failed', { count: attempts, reason: last.reason })] : []),
    ...waits.map((wait) => sentences[wait.for](wait)),
  ];
}

const sentences: Readonly<Record<Wait['for'], (wait: Wait) => string>> = {
  disk: () => t('users.waiting.for.disk'),
  batch: (wait) => t('users.waiting.for.batch', { batch: batchOf(wait) }),
  turn: (wait) => t('users.waiting.for.turn', { batch: batchOf(wait) }),
  gate: (wait) => t('users.waiting.for.gate', { when: timeOf(wait) }),
  retry: (wait) => t('users.waiting.for.retry', { when: timeOf(wait) }),
  place: () => t('users.waiting.for.place'),
  resume: () => t('users.waiting.for.resume'),
  downstream: () => t('users.waiting.for.downstream'),
};

const batchOf = ({ batch }: Wait): string => batch ?? t('users.waiting.another');
const timeOf = ({ until_ts: ts }: Wait): string => (ts === undefined ? t('users.waiting.later') : iso(ts));
const iso = (ts: number): string => new Date(ts).toISOString();
