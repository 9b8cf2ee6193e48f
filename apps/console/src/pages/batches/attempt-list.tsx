import type { BatchAttempt, BatchDetail } from '@batchfeed/schemas';
import { CodeBlock } from '../../components/code-block.tsx';
import { LongText } from '../../components/long-text.tsx';
import { Pill, type Tone } from '../../components/pill.tsx';
import { Time } from '../../components/time.tsx';
import { formatDuration } from '../../format/times.ts';
import { t } from '../../texts/text.ts';

const tones: Readonly<Record<BatchAttempt['outcome'], Tone>> = { delivered: 'ok', retry: 'warn', rejected: 'bad' };

/** Every call of a batch: when, how long, what came back. */
export function AttemptList({ batch }: { readonly batch: BatchDetail }) {
  const { attempt_list: attempts, attempts: count, state } = batch;
  if (attempts.length === 0) {
    return <p className="muted">{t(state === 'dead' ? 'batches.attempt.never' : 'batches.attempt.none')}</p>;
  }
  return (
    <div className="stack-tight">
      {attempts.length < count ? <p className="muted">{t('batches.attempt.some', { count })}</p> : null}
      <ol className="attempts">
        {attempts.map((attempt) => (
          <li key={`${attempt.ts}-${attempt.attempt}`} className="attempt">
            <Attempt attempt={attempt} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function Attempt({ attempt }: { readonly attempt: BatchAttempt }) {
  const { attempt: number, ts, ms, outcome, http_status: status, reason, excerpt, delay_ms: delay } = attempt;
  const facts = [
    status === null ? t('batches.attempt.noAnswer') : t('batches.attempt.status', { status: String(status) }),
    t('batches.attempt.took', { duration: formatDuration(ms) }),
    ...(delay === null ? [] : [t('batches.attempt.delay', { duration: formatDuration(delay) })]),
  ];
  return (
    <>
      <div className="row">
        <b>{t('batches.attempt.number', { number })}</b>
        <Pill tone={tones[outcome]}>{t(`batches.attempt.outcome.${outcome}`)}</Pill>
        <Time ts={ts} />
        <span className="muted small numeric">{facts.join(' · ')}</span>
      </div>
      {reason === null ? null : (
        <p>
          <LongText text={reason} most={5_000} />
        </p>
      )}
      {excerpt ? <CodeBlock label={t('batches.attempt.excerpt')} text={excerpt} /> : null}
    </>
  );
}
