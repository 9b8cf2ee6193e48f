import type { FeedOverview } from '@batchfeed/schemas';
import { useState } from 'react';
import { Link } from 'react-router';
import { path } from '../../api/client.ts';
import { useVersionFeeds } from '../../api/version-feeds.ts';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { EmptyState } from '../../components/states.tsx';
import { formatCount } from '../../format/numbers.ts';
import { useMay } from '../../session/session.ts';
import { t, textOr } from '../../texts/text.ts';
import { CreateFeedDialog } from './create-feed-dialog.tsx';
import type { VersionTabProps } from './version-tab-props.ts';

/** The feeds that use the version. */
export function FeedsTab({ versionRef, plugin, version }: VersionTabProps) {
  const feeds = useVersionFeeds(versionRef);
  const isFeedPlugin = plugin.plugin_type === 'AUDIENCE_SEGMENT_EXTERNAL_FEED';
  const mayCreate = useMay('operate') && isFeedPlugin && version.status !== 'ARCHIVED';
  const [creating, setCreating] = useState(false);
  return (
    <Section
      title={t('plugins.feeds.title')}
      flush
      actions={
        mayCreate ? (
          <Button small icon="plus" onPress={() => setCreating(true)}>
            {t('plugins.feeds.create')}
          </Button>
        ) : undefined
      }
    >
      <QueryView
        query={feeds}
        isEmpty={(found) => found.length === 0}
        empty={<EmptyState icon="feed" title={t('plugins.feeds.none')} />}
      >
        {(found) => (
          <DataTable
            label={t('plugins.feeds.table')}
            columns={columns}
            rows={found}
            rowKey={({ feed }) => feed.id}
            hrefOf={({ feed }) => path`/feeds/${feed.id}`}
          />
        )}
      </QueryView>
      {creating ? <CreateFeedDialog plugin={plugin} version={version} onClose={() => setCreating(false)} /> : null}
    </Section>
  );
}

const columns: readonly Column<FeedOverview>[] = [
  {
    id: 'name',
    header: t('plugins.feeds.name'),
    width: '2fr',
    cell: ({ feed }) => (
      <Link to={path`/feeds/${feed.id}`} tabIndex={-1}>
        {feed.name}
      </Link>
    ),
  },
  { id: 'segment', header: t('plugins.feeds.segment'), width: '1.5fr', from: 560, cell: ({ segment }) => segment.name },
  {
    id: 'status',
    header: t('plugins.feeds.status'),
    width: '8rem',
    cell: ({ feed }) => textOr(`feeds.status.${feed.status}`, feed.status),
  },
  {
    id: 'backlog',
    header: t('plugins.feeds.backlog'),
    width: '6rem',
    align: 'end',
    from: 480,
    cell: ({ pulse }) => formatCount(pulse.backlog_updates),
  },
  {
    id: 'open',
    header: t('plugins.feeds.open'),
    width: '6rem',
    align: 'end',
    from: 640,
    cell: ({ pulse }) => formatCount(pulse.open_lines),
  },
];
