import { type FeedStatus, feedStatusSchema, feedsEventSchema } from '@batchfeed/schemas';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { path } from '../../api/client.ts';
import { type FeedFilter, useFeedOverview } from '../../api/feeds.ts';
import { DataTable } from '../../components/data-table.tsx';
import { LiveMark } from '../../components/live-mark.tsx';
import { Page, Section } from '../../components/page.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { EmptyState, ErrorNote, ErrorState, Loading } from '../../components/states.tsx';
import { useSettled } from '../../forms/use-settled.ts';
import { liveEvent, useLive } from '../../live/use-live.ts';
import { useNow } from '../../live/use-now.ts';
import { t } from '../../texts/text.ts';
import { feedColumns } from './feed-columns.tsx';
import { type FeedNews, feedsNow, withNews } from './feed-news.ts';
import './feeds.css';

/** Two lines of text. */
const ROW_HEIGHT = 56;

/** All feeds with how each fares, live. What is searched for is in the address. */
export function FeedsPage() {
  const client = useQueryClient();
  const [filter, setFilter] = useFilter();
  const [news, setNews] = useState<FeedNews>(new Map());
  const live = useLive({
    events: { feeds: liveEvent(feedsEventSchema, (told) => setNews((before) => withNews(before, told))) },
    onReopened: () => void client.invalidateQueries({ queryKey: ['feeds', 'overview'] }),
  });
  return (
    <Page title={t('feeds.title')} lead={t('feeds.lead')} marks={<LiveMark state={live} />}>
      <div className="stack">
        <FeedList filter={filter} setFilter={setFilter} news={news} />
      </div>
    </Page>
  );
}

interface FeedListProps {
  readonly filter: FeedFilter;
  readonly setFilter: (filter: FeedFilter) => void;
  readonly news: FeedNews;
}

function FeedList({ filter, setFilter, news }: FeedListProps) {
  const search = useSettled(filter.search.trim());
  const query = useFeedOverview({ ...filter, search });
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const now = useNow();
  const rows = useMemo(() => feedsNow(data?.feeds ?? [], news), [data, news]);
  const columns = useMemo(() => feedColumns(now, !hasNextPage), [now, hasNextPage]);
  const readMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  if (data === undefined) {
    return query.isError ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : <Loading />;
  }
  if (data.total === 0 && search === '' && filter.status === '' && !query.isPlaceholderData) return <NoFeeds />;
  return (
    <>
      <div className="row">
        <SearchField
          label={t('feeds.search')}
          value={filter.search}
          onChange={(value) => setFilter({ ...filter, search: value })}
        />
        <SelectField
          label={t('feeds.filterStatus')}
          labelHidden
          field={{ name: 'status', value: filter.status, onChange: (status) => setFilter({ ...filter, status }) }}
          choices={[
            { value: '', label: t('feeds.allStatuses') },
            ...feedStatusSchema.options.map((value) => ({ value, label: t(`feeds.status.${value}`) })),
          ]}
        />
        <span className="muted small" role="status">
          {isFetchingNextPage ? t('feeds.reading') : t('feeds.count', { count: data.total })}
        </span>
      </div>
      <Section flush>
        {rows.length === 0 ? (
          <EmptyState icon="search" title={t('feeds.noneFound')}>
            {t('feeds.noneFoundHint')}
          </EmptyState>
        ) : (
          <DataTable
            // What is looked for now begins at its top.
            key={`${filter.status} ${search}`}
            label={t('feeds.table')}
            columns={columns}
            rows={rows}
            total={data.total}
            onEnd={readMore}
            rowKey={({ feed }) => feed.id}
            hrefOf={({ feed }) => path`/feeds/${feed.id}`}
            rowHeight={ROW_HEIGHT}
          />
        )}
      </Section>
      <ErrorNote error={query.isFetchNextPageError ? query.error : undefined} />
    </>
  );
}

function NoFeeds() {
  return (
    <Section>
      <EmptyState
        icon="feed"
        title={t('feeds.noneTitle')}
        action={
          <Link className="button button-primary" to="/start">
            {t('feeds.start')}
          </Link>
        }
      >
        {t('feeds.none')}
      </EmptyState>
    </Section>
  );
}

/** The filter of the address, and how to change it without a step back for every key. */
function useFilter(): [FeedFilter, (filter: FeedFilter) => void] {
  const [params, setParams] = useSearchParams();
  const status = feedStatusSchema.safeParse(params.get('status'));
  const filter: FeedFilter = { search: params.get('search') ?? '', status: status.success ? status.data : '' };
  const change = (next: { readonly search: string; readonly status: FeedStatus | '' }) =>
    setParams(
      Object.entries(next).filter(([, value]) => value !== ''),
      { replace: true },
    );
  return [filter, change];
}
