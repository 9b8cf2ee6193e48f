import { type AuditAction, type AuditEntry, auditActions } from '@batchfeed/schemas';
import { useState } from 'react';
import { Link } from 'react-router';
import { useAudit } from '../../api/audit.ts';
import { path } from '../../api/client.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Page, Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { EmptyState } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { formatCount } from '../../format/numbers.ts';
import { t } from '../../texts/text.ts';

const columns: readonly Column<AuditEntry>[] = [
  { id: 'ts', header: t('audit.column.ts'), width: '11rem', cell: ({ ts }) => <Time ts={ts} quiet /> },
  { id: 'action', header: t('audit.column.action'), width: '3fr', cell: ({ action }) => t(`audit.action.${action}`) },
  { id: 'who', header: t('audit.column.who'), width: '1.5fr', cell: ({ token_name }) => token_name },
  {
    id: 'role',
    header: t('audit.column.role'),
    width: '6rem',
    from: 860,
    cell: ({ role }) => t(`session.role.${role}`),
  },
  {
    id: 'feed',
    header: t('audit.column.feed'),
    width: '5rem',
    from: 560,
    cell: ({ feed_id }) =>
      feed_id === null ? null : (
        <Link to={path`/feeds/${feed_id}`} tabIndex={-1}>
          {feed_id}
        </Link>
      ),
  },
  { id: 'target', header: t('audit.column.target'), width: '2fr', from: 720, cell: ({ target }) => target },
  {
    id: 'count',
    header: t('audit.column.count'),
    width: '6rem',
    from: 480,
    align: 'end',
    cell: ({ count }) => (count === null ? null : formatCount(count)),
  },
];

/** Everything that was done, and by whom. */
export function AuditPage() {
  const [action, setAction] = useState<AuditAction | ''>('');
  const query = useAudit(action === '' ? undefined : action);
  return (
    <Page title={t('audit.title')} lead={t('audit.lead')}>
      <div className="stack">
        <div className="row">
          <SelectField
            label={t('audit.filterAction')}
            labelHidden
            field={{ name: 'action', value: action, onChange: setAction }}
            choices={[
              { value: '', label: t('audit.allActions') },
              ...auditActions.map((value) => ({ value, label: t(`audit.action.${value}`) })),
            ]}
          />
          <span className="muted small" role="status">
            {query.data ? t('audit.count', { count: query.data.pages.at(-1)?.total ?? 0 }) : null}
          </span>
        </div>
        <Section flush>
          <QueryView
            query={query}
            isEmpty={({ pages }) => pages[0]?.items.length === 0}
            empty={<EmptyState icon="audit" title={t(action === '' ? 'audit.none' : 'audit.noneFound')} />}
          >
            {({ pages }) => (
              <DataTable
                label={t('audit.table')}
                columns={columns}
                rows={pages.flatMap(({ items }) => items)}
                rowKey={({ id }) => id}
                total={pages.at(-1)?.total ?? 0}
                onEnd={() => {
                  if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
                }}
              />
            )}
          </QueryView>
        </Section>
      </div>
    </Page>
  );
}
