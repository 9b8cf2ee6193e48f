import type { PropertyDefinition } from '@batchfeed/schemas';
import { useFeedProperties } from '../../api/feeds.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Facts } from '../../components/facts.tsx';
import { Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { EmptyState } from '../../components/states.tsx';
import { formatBytes, formatCount } from '../../format/numbers.ts';
import { t } from '../../texts/text.ts';
import type { FeedTabProps } from './feed-tab-props.ts';

const columns: readonly Column<PropertyDefinition>[] = [
  {
    id: 'name',
    header: t('feed.properties.name'),
    width: '1.5fr',
    cell: (row) => <code title={row.technical_name}>{row.technical_name}</code>,
  },
  { id: 'type', header: t('feed.properties.type'), width: '8rem', from: 480, cell: (row) => row.property_type },
  {
    id: 'origin',
    header: t('feed.properties.origin'),
    from: 640,
    cell: (row) => t(`plugins.version.origin.${row.origin}`),
  },
  {
    id: 'value',
    header: t('feed.properties.value'),
    width: '2fr',
    cell: (row) => <code>{JSON.stringify(row.value)}</code>,
  },
];

/** What the feed is set up with. */
export function PropertiesTab({ feed }: FeedTabProps) {
  const query = useFeedProperties(feed.id);
  const { bisect = false, max_attempts: attempts } = feed.options;
  const { max_backlog_bytes: limit } = feed;
  const yesNo = (yes: boolean) => t(yes ? 'common.yes' : 'common.no');
  return (
    <div className="stack">
      <Section title={t('feed.properties.title')} lead={t('feed.properties.lead')} flush>
        <QueryView
          query={query}
          isEmpty={(found) => found.length === 0}
          empty={<EmptyState icon="info" title={t('feed.properties.none')} />}
        >
          {(found) => (
            <DataTable
              label={t('feed.properties.title')}
              columns={columns}
              rows={found}
              rowKey={(row) => row.technical_name}
            />
          )}
        </QueryView>
      </Section>
      <Section title={t('feed.properties.about')}>
        <Facts
          facts={[
            [t('feed.fact.attempts'), attempts === undefined ? t('feed.fact.attemptsDefault') : formatCount(attempts)],
            [t('feed.fact.bisect'), yesNo(bisect)],
            [t('feed.fact.backlog'), limit === undefined ? t('feed.fact.backlogDefault') : formatBytes(limit)],
            [t('feed.fact.tracked'), yesNo(feed.track_segment)],
            [t('feed.fact.destination'), feed.feed_destination_id ?? t('feed.fact.noDestination')],
            [t('feed.fact.datamart'), feed.datamart_id],
            [t('feed.fact.organisation'), feed.organisation_id],
          ]}
        />
      </Section>
    </div>
  );
}
