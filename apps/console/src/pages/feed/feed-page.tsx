import type { FeedResource } from '@batchfeed/schemas';
import type { ComponentType } from 'react';
import { Link, Navigate, useParams } from 'react-router';
import { hasStatus } from '../../api/api-error.ts';
import { path } from '../../api/client.ts';
import { useFeedResource } from '../../api/feed-setup.ts';
import { useFeedLedger, useFeedStatistics } from '../../api/feeds.ts';
import { isUnderWay, useUpload } from '../../api/uploads.ts';
import { LiveMark } from '../../components/live-mark.tsx';
import { Page, Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { EmptyState, Note } from '../../components/states.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { t } from '../../texts/text.ts';
import { CircuitPill, FeedStatusPill } from '../feeds/feed-status-pill.tsx';
import { FeedDeeds } from './feed-deeds-buttons.tsx';
import type { FeedTabProps } from './feed-tab-props.ts';
import { OverviewTab } from './overview-tab.tsx';
import { PropertiesTab } from './properties-tab.tsx';
import { StatisticsTab } from './statistics-tab.tsx';
import { UploadTab } from './upload-tab.tsx';
import { type FeedLive, useFeedLive } from './use-feed-live.ts';
import './feed.css';

const tabs = {
  overview: OverviewTab,
  upload: UploadTab,
  statistics: StatisticsTab,
  properties: PropertiesTab,
} satisfies Record<string, ComponentType<FeedTabProps>>;
type TabId = keyof typeof tabs;
const tabIds = Object.keys(tabs) as TabId[];

/** A feed: how it fares, what can be done to it, and everything about it. */
export function FeedPage() {
  const { feedId = '', tab = 'overview' } = useParams();
  const current = tabIds.find((id) => id === tab);
  if (current === undefined) return <Navigate to={path`/feeds/${feedId}`} replace />;
  return <LiveFeed key={feedId} feedId={feedId} current={current} />;
}

function LiveFeed({ feedId, current }: { readonly feedId: string; readonly current: TabId }) {
  const feed = useFeedResource(feedId);
  const gone = hasStatus(feed.error, 404);
  const live = useFeedLive(feedId, feed.data !== undefined && !gone);
  if (gone) return <Gone />;
  return <QueryView query={feed}>{(found) => <FeedView feed={found} current={current} live={live} />}</QueryView>;
}

interface FeedViewProps {
  readonly feed: FeedResource;
  readonly current: TabId;
  readonly live: FeedLive;
}

function FeedView({ feed, current, live }: FeedViewProps) {
  const Tab = tabs[current];
  return (
    <Page
      title={feed.name}
      back={{ to: '/feeds', label: t('feeds.title') }}
      marks={
        <>
          <span className="row" role="status">
            <FeedStatusPill status={feed.status} />
            <CircuitPill circuit={feed.circuit ?? { state: 'CLOSED' }} />
          </span>
          <LiveMark state={live.state} />
        </>
      }
      actions={<FeedDeeds feed={feed} />}
    >
      <FeedLinks feedId={feed.id} />
      <UploadHint feedId={feed.id} shown={current !== 'upload'} />
      <Tabs
        label={t('feed.tabs')}
        current={current}
        tabs={tabIds.map((id) => ({ id, label: t(`feed.tab.${id}`), href: tabPath(feed.id, id) }))}
      >
        <Tab feed={feed} live={live} />
      </Tabs>
    </Page>
  );
}

const tabPath = (feedId: string, tab: TabId) =>
  tab === 'overview' ? path`/feeds/${feedId}` : path`/feeds/${feedId}/${tab}`;

function FeedLinks({ feedId }: { readonly feedId: string }) {
  const ledger = useFeedLedger(feedId);
  const statistics = useFeedStatistics(feedId);
  const dead = (ledger.data?.updates.dead ?? 0) + (statistics.data?.batches.dead ?? 0);
  return (
    <nav className="row" aria-label={t('feed.links')}>
      <Link className="button button-secondary button-small" to={path`/feeds/${feedId}/batches`}>
        {t('feed.link.batches')}
      </Link>
      <Link className="button button-secondary button-small" to={path`/feeds/${feedId}/dead-letters`}>
        {dead > 0 ? t('feed.link.deadLettersCount', { count: dead }) : t('feed.link.deadLetters')}
      </Link>
    </nav>
  );
}

/** An upload goes on, or fails, while the reader looks at something else. */
function UploadHint({ feedId, shown }: { readonly feedId: string; readonly shown: boolean }) {
  const { upload } = useUpload(feedId);
  const failed = upload?.phase === 'failed';
  return (
    <div className="feed-hint" role="status">
      {shown && (failed || isUnderWay(upload)) ? (
        <Note tone={failed ? 'bad' : 'info'}>
          <span>
            {t(failed ? 'feed.upload.brokeOff' : 'feed.upload.underWay')}{' '}
            <Link to={tabPath(feedId, 'upload')}>{t('feed.upload.show')}</Link>
          </span>
        </Note>
      ) : null}
    </div>
  );
}

function Gone() {
  return (
    <Page title={t('feed.goneTitle')} back={{ to: '/feeds', label: t('feeds.title') }}>
      <Section>
        <EmptyState
          icon="feed"
          title={t('feed.goneTitle')}
          action={
            <Link className="button button-secondary" to="/feeds">
              {t('feeds.title')}
            </Link>
          }
        >
          {t('feed.gone')}
        </EmptyState>
      </Section>
    </Page>
  );
}
