import type { DeadLetterResource } from '@batchfeed/schemas';
import { Link } from 'react-router';
import { path } from '../../api/client.ts';
import type { Column } from '../../components/data-table.tsx';
import { RawText } from '../../components/raw-text.tsx';
import { Time } from '../../components/time.tsx';
import { formatCount } from '../../format/numbers.ts';
import { t } from '../../texts/text.ts';

export const letterHref = (feedId: string, id: string): string => path`/feeds/${feedId}/dead-letters/${id}`;

/** Two lines a row: what it is, and under it when and how much. */
export const LETTER_ROW_HEIGHT = 56;

export const letterColumns = (feedId: string): readonly Column<DeadLetterResource>[] => [
  {
    id: 'what',
    header: t('deadLetters.column.what'),
    width: '2fr',
    cell: (letter) => (
      <div className="table-name">
        <Link to={letterHref(feedId, letter.id)} tabIndex={-1}>
          {letter.grouping_key === undefined ? t('deadLetters.update') : <RawText text={letter.grouping_key} />}
        </Link>
        <span className="muted">
          <Time ts={letter.dead_ts} quiet /> · {t('deadLetters.lineCount', { count: letter.lines })}
        </span>
      </div>
    ),
    sortBy: ({ dead_ts: ts }) => ts,
  },
  {
    id: 'reason',
    header: t('deadLetters.column.reason'),
    width: '3fr',
    from: 640,
    cell: ({ reason }) => <RawText text={reason} />,
  },
  {
    id: 'attempts',
    header: t('deadLetters.column.attempts'),
    width: '6rem',
    align: 'end',
    from: 800,
    cell: ({ attempts }) => formatCount(attempts),
    sortBy: ({ attempts }) => attempts,
  },
  {
    id: 'lines',
    header: t('deadLetters.column.lines'),
    width: '5rem',
    align: 'end',
    cell: ({ lines }) => formatCount(lines),
    sortBy: ({ lines }) => lines,
  },
];
