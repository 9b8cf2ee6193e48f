import type { AuditEntry } from '@batchfeed/schemas';
import { Link } from 'react-router';
import { useDeadLetterDeeds } from '../../api/dead-letters.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { RawText } from '../../components/raw-text.tsx';
import { EmptyState } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { formatCount } from '../../format/numbers.ts';
import { t } from '../../texts/text.ts';
import { LETTER_ROW_HEIGHT } from './letter-columns.tsx';

/** What was replayed, revealed and exported of the feed of late, and by whom. */
export function DeedsSection({ feedId }: { readonly feedId: string }) {
  const query = useDeadLetterDeeds(feedId);
  return (
    <Section
      title={t('deadLetters.history.title')}
      actions={<Link to="/audit">{t('deadLetters.history.all')}</Link>}
      flush
    >
      <QueryView
        query={query}
        isEmpty={(entries) => entries.length === 0}
        empty={<EmptyState icon="audit" title={t('deadLetters.history.none')} />}
      >
        {(entries) => (
          <DataTable
            label={t('deadLetters.history.table')}
            columns={columns}
            rows={entries}
            rowKey={({ id }) => id}
            rowHeight={LETTER_ROW_HEIGHT}
          />
        )}
      </QueryView>
    </Section>
  );
}

const columns: readonly Column<AuditEntry>[] = [
  {
    id: 'action',
    header: t('audit.column.action'),
    width: '2fr',
    cell: ({ action, ts }) => (
      <div className="table-name">
        <span>{t(`audit.action.${action}`)}</span>
        <span className="muted">
          <Time ts={ts} quiet />
        </span>
      </div>
    ),
  },
  { id: 'who', header: t('audit.column.who'), width: '1.5fr', cell: ({ token_name }) => <RawText text={token_name} /> },
  { id: 'target', header: t('audit.column.target'), width: '2fr', from: 680, cell: ({ target }) => target },
  {
    id: 'count',
    header: t('audit.column.count'),
    width: '5.5rem',
    align: 'end',
    cell: ({ count }) => (count === null ? null : formatCount(count)),
  },
];
