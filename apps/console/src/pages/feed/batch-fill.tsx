import { useFeedStatistics } from '../../api/feeds.ts';
import { Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { EmptyState } from '../../components/states.tsx';
import { formatCount, formatShare } from '../../format/numbers.ts';
import { t } from '../../texts/text.ts';
import { fillRows } from './fill-rows.ts';

/** How full the feed's sealed batches were, by why they were sealed. */
export function BatchFill({ feedId }: { readonly feedId: string }) {
  const query = useFeedStatistics(feedId);
  return (
    <Section title={t('feed.statistics.fill')} lead={t('feed.statistics.fillLead')}>
      <QueryView
        query={query}
        isEmpty={({ batches }) => batches.sealed === 0}
        empty={<EmptyState icon="info" title={t('feed.statistics.none')} />}
      >
        {({ batches }) => (
          <table className="figures">
            <thead>
              <tr>
                <th scope="col">{t('feed.statistics.sealedBy')}</th>
                <th scope="col">{t('feed.statistics.batches')}</th>
                <th scope="col">{t('feed.statistics.fillOf')}</th>
              </tr>
            </thead>
            <tbody>
              {fillRows(batches).map(({ id, label, count, fill }) => (
                <tr key={id}>
                  <th scope="row">{label}</th>
                  <td>{formatCount(count)}</td>
                  <td>{fill === null ? t('feed.statistics.unknown') : formatShare(fill)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </QueryView>
    </Section>
  );
}
