import type { RejectedIdentifiers } from '@batchfeed/schemas';
import { useState } from 'react';
import {
  type StatisticsUnit,
  useRejectedIdentifiers,
  useSessionStatistics,
  useStatisticsHistory,
} from '../../api/feed-history.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { EmptyState } from '../../components/states.tsx';
import { formatCount } from '../../format/numbers.ts';
import { t } from '../../texts/text.ts';
import { BatchFill } from './batch-fill.tsx';
import type { FeedTabProps } from './feed-tab-props.ts';
import { periodColumns, sessionColumns } from './statistics-columns.tsx';

/** What became of the feed's updates over time. */
export function StatisticsTab({ feed }: FeedTabProps) {
  return (
    <div className="stack">
      <BatchFill feedId={feed.id} />
      <Sessions feedId={feed.id} />
      <Periods feedId={feed.id} />
      <Rejected feedId={feed.id} />
    </div>
  );
}

interface OfFeed {
  readonly feedId: string;
}

const nothing = <EmptyState icon="info" title={t('feed.statistics.none')} />;

function Sessions({ feedId }: OfFeed) {
  const query = useSessionStatistics(feedId);
  return (
    <Section title={t('feed.statistics.sessions')} lead={t('feed.statistics.sessionsLead')} flush>
      <QueryView query={query} isEmpty={(found) => found.length === 0} empty={nothing}>
        {(found) => (
          <DataTable
            label={t('feed.statistics.sessions')}
            columns={sessionColumns}
            rows={[...found].sort((one, other) => other.last_ts - one.last_ts)}
            rowKey={({ session_id }) => session_id}
          />
        )}
      </QueryView>
    </Section>
  );
}

const units: readonly StatisticsUnit[] = ['day', 'hour'];

function Periods({ feedId }: OfFeed) {
  const [unit, setUnit] = useState<StatisticsUnit>('day');
  const query = useStatisticsHistory(feedId, unit);
  return (
    <Section
      title={t(`feed.statistics.periods.${unit}`)}
      lead={t(`feed.statistics.periodsLead.${unit}`)}
      actions={
        <SelectField
          label={t('feed.statistics.unit')}
          labelHidden
          field={{ name: 'unit', value: unit, onChange: setUnit }}
          choices={units.map((value) => ({ value, label: t(`feed.statistics.units.${value}`) }))}
        />
      }
      flush
    >
      <QueryView query={query} isEmpty={(found) => found.length === 0} empty={nothing}>
        {(found) => (
          <DataTable
            label={t(`feed.statistics.periods.${unit}`)}
            columns={periodColumns[unit]}
            rows={[...found].sort((one, other) => other.from_ts - one.from_ts)}
            rowKey={({ session_id, from_ts }) => `${session_id} ${from_ts}`}
          />
        )}
      </QueryView>
    </Section>
  );
}

const rejectedColumns: readonly Column<RejectedIdentifiers>[] = [
  {
    id: 'tag',
    header: t('feed.statistics.tag'),
    cell: ({ tag }) => (tag === '' ? <span className="muted">{t('feed.statistics.noTag')}</span> : tag),
    sortBy: ({ tag }) => tag,
  },
  { id: 'value', header: t('feed.statistics.value'), width: '2fr', cell: ({ value }) => value },
  {
    id: 'count',
    header: t('feed.statistics.count'),
    width: '7rem',
    align: 'end',
    cell: ({ count }) => formatCount(count),
    sortBy: ({ count }) => count,
  },
];

function Rejected({ feedId }: OfFeed) {
  const [session, setSession] = useState('');
  const sessions = useSessionStatistics(feedId);
  const query = useRejectedIdentifiers(feedId, session || undefined);
  return (
    <Section
      title={t('feed.statistics.rejected')}
      lead={t('feed.statistics.rejectedLead')}
      actions={
        <SelectField
          label={t('feed.statistics.whichSession')}
          labelHidden
          field={{ name: 'session', value: session, onChange: setSession }}
          choices={[
            { value: '', label: t('feed.statistics.allSessions') },
            ...(sessions.data ?? []).map(({ session_id: value }) => ({
              value,
              label: `${t('feed.statistics.session')} ${value}`,
            })),
          ]}
        />
      }
      flush
    >
      <QueryView
        query={query}
        isEmpty={(found) => found.length === 0}
        empty={<EmptyState icon="check" title={t('feed.statistics.noneRejected')} />}
      >
        {(found) => (
          <DataTable
            label={t('feed.statistics.rejected')}
            columns={rejectedColumns}
            rows={found}
            rowKey={({ tag, value }) => JSON.stringify([tag, value])}
            initialSorting={{ column: 'count', descending: true }}
          />
        )}
      </QueryView>
    </Section>
  );
}
