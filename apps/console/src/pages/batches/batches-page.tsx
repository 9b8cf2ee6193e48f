import type { BatchPage } from '@batchfeed/schemas';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { hasStatus } from '../../api/api-error.ts';
import { type BatchPages, useBatches } from '../../api/batches.ts';
import { path } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { HistoryNotes } from '../../components/history-notes.tsx';
import { LiveMark } from '../../components/live-mark.tsx';
import { Page, Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { EmptyState } from '../../components/states.tsx';
import { useFeedBack } from '../../components/use-feed-back.ts';
import { t } from '../../texts/text.ts';
import { BATCH_ROW_HEIGHT, batchColumns, batchHref } from './batch-columns.tsx';
import { BatchFilters } from './batch-filters.tsx';
import { toBatchFilter, useBatchFilter } from './use-batch-filter.ts';
import { useLiveBatches } from './use-live-batches.ts';
import './batches.css';

/** The batches of a feed, newest first, as they happen. */
export function BatchesPage() {
  const { feedId = '' } = useParams();
  const [chosen, choose] = useBatchFilter();
  const filter = toBatchFilter(chosen);
  const query = useBatches(feedId, filter);
  const isGone = hasStatus(query.error, 404);
  const live = useLiveBatches(feedId, filter, !isGone);
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <Page
      title={t('batches.title')}
      lead={t('batches.lead')}
      back={useFeedBack(feedId)}
      marks={isGone ? undefined : <LiveMark state={live} />}
      actions={
        <>
          <Link className="button button-secondary" to={`/users?feed=${encodeURIComponent(feedId)}`}>
            {t('batches.findUser')}
          </Link>
          <Link className="button button-secondary" to={path`/feeds/${feedId}/dead-letters`}>
            {t('batches.deadLetters')}
          </Link>
        </>
      }
    >
      <div className="stack">
        <BatchFilters filter={chosen} onChange={choose} />
        <QueryView query={query}>
          {(found) => <BatchList feedId={feedId} found={found} query={query} isFiltered={isFiltered} />}
        </QueryView>
      </div>
    </Page>
  );
}

interface BatchListProps {
  readonly feedId: string;
  readonly found: BatchPages;
  readonly query: UseInfiniteQueryResult<BatchPages>;
  readonly isFiltered: boolean;
}

function BatchList({ feedId, found: { pages }, query, isFiltered }: BatchListProps) {
  const batches = pages.flatMap(({ data }) => data);
  const hasMore = query.hasNextPage;
  const more = () => {
    if (hasMore && !query.isFetchingNextPage) void query.fetchNextPage();
  };
  // So much was looked through in vain that going on is the reader's decision.
  const isDry = hasMore && pages.at(-1)?.data.length === 0;
  const first = pages[0] as BatchPage;
  return (
    <>
      <span className="muted small numeric">
        {t(hasMore ? 'batches.countSoFar' : 'batches.count', { count: batches.length })}
      </span>
      <Section flush>
        {batches.length === 0 ? (
          <NoBatches isFiltered={isFiltered} isDry={isDry} />
        ) : (
          <DataTable
            label={t('batches.table')}
            columns={batchColumns(feedId)}
            rows={batches}
            rowKey={({ batch_id }) => batch_id}
            hrefOf={({ batch_id }) => batchHref(feedId, batch_id)}
            rowHeight={BATCH_ROW_HEIGHT}
            total={hasMore ? Number.POSITIVE_INFINITY : batches.length}
            onEnd={isDry ? () => undefined : more}
          />
        )}
        {isDry ? (
          <div className="batch-further">
            <span className="muted small">{t('batches.furtherText')}</span>
            <Button small isPending={query.isFetchingNextPage} onPress={more}>
              {t('batches.further')}
            </Button>
          </div>
        ) : null}
      </Section>
      <HistoryNotes incompleteBefore={first.incomplete_before_ts} gaps={first.gaps} />
    </>
  );
}

function NoBatches({ isFiltered, isDry }: { readonly isFiltered: boolean; readonly isDry: boolean }) {
  if (isDry) return null;
  return isFiltered ? (
    <EmptyState icon="search" title={t('batches.noneFoundTitle')}>
      {t('batches.noneFound')}
    </EmptyState>
  ) : (
    <EmptyState title={t('batches.noneTitle')}>{t('batches.none')}</EmptyState>
  );
}
