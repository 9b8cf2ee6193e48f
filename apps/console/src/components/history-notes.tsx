import type { HistoryGap } from '@batchfeed/schemas';
import { t } from '../texts/text.ts';
import { Sentence } from './sentence.tsx';
import { Note } from './states.tsx';

interface HistoryNotesProps {
  readonly incompleteBefore: number | null;
  readonly gaps: readonly HistoryGap[];
}

/** Gaps that are told one by one; of more, the latest ones. */
const SHOWN = 3;

/** Where the history is not to be believed: before its retention, and in its gaps. Nothing where it is whole. */
export function HistoryNotes({ incompleteBefore, gaps }: HistoryNotesProps) {
  if (incompleteBefore === null && gaps.length === 0) return null;
  const shown = gaps.slice(-SHOWN);
  return (
    <Note tone={gaps.length > 0 ? 'warn' : 'info'}>
      {incompleteBefore === null ? null : (
        <p>
          <Sentence text={t('batches.history.incomplete', { when: iso(incompleteBefore) })} />
        </p>
      )}
      {shown.map(({ from_ts: from, to_ts: to, reason }) => (
        <p key={`${from}-${to}-${reason}`}>
          <Sentence text={t(`batches.history.gap.${reason}`, { from: iso(from), to: iso(to) })} />
        </p>
      ))}
      {gaps.length > shown.length ? (
        <p className="small">{t('batches.history.olderGaps', { count: gaps.length - shown.length })}</p>
      ) : null}
      {gaps.length > 0 ? <p className="small">{t('batches.history.nothingLost')}</p> : null}
    </Note>
  );
}

/** `Sentence` puts it into the reader's zone. */
const iso = (ts: number) => new Date(ts).toISOString();
