import type { ComponentType } from 'react';
import { Navigate, useParams } from 'react-router';
import type { Tagged } from '../../api/client.ts';
import { path } from '../../api/client.ts';
import { usePlugin, useVersion } from '../../api/plugins.ts';
import type { VersionRef } from '../../api/version-path.ts';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { t } from '../../texts/text.ts';
import { VersionStatusPill } from '../plugin/version-status-pill.tsx';
import { BatchingTab } from './batching/batching-tab.tsx';
import { CredentialsTab } from './credentials/credentials-tab.tsx';
import { FeedsTab } from './feeds-tab.tsx';
import { PropertiesTab } from './properties-tab.tsx';
import { ThrottlingTab } from './throttling/throttling-tab.tsx';
import type { VersionTabProps } from './version-tab-props.ts';

const tabs = {
  properties: PropertiesTab,
  batching: BatchingTab,
  throttling: ThrottlingTab,
  credentials: CredentialsTab,
  feeds: FeedsTab,
} satisfies Record<string, ComponentType<VersionTabProps>>;
type TabId = keyof typeof tabs;
const tabIds = Object.keys(tabs) as TabId[];

/** A version of a plugin: everything that is set up on it, a tab each. */
export function VersionPage() {
  const { pluginId = '', versionId = '', tab } = useParams();
  const plugin = usePlugin(pluginId);
  const version = useVersion(pluginId, versionId);
  const current = tabIds.find((id) => id === tab);
  if (current === undefined) return <Navigate to={tabPath({ pluginId, versionId }, 'properties')} replace />;
  return (
    <QueryView query={plugin}>
      {(found) => (
        <QueryView query={version}>
          {(tagged) => <VersionView plugin={found} tagged={tagged} current={current} />}
        </QueryView>
      )}
    </QueryView>
  );
}

interface VersionViewProps {
  readonly plugin: VersionTabProps['plugin'];
  readonly tagged: Tagged<VersionTabProps['version']>;
  readonly current: TabId;
}

function VersionView({ plugin, tagged, current }: VersionViewProps) {
  const version = tagged.value;
  const ref = { pluginId: plugin.id, versionId: version.id };
  const Tab = tabs[current];
  return (
    <Page
      title={t('plugins.version.title', { plugin: plugin.artifact_id, version: version.version_id })}
      back={{ to: path`/plugins/${plugin.id}`, label: plugin.artifact_id }}
      marks={<VersionStatusPill status={version.status} />}
    >
      <Tabs
        label={t('plugins.version.tabs')}
        current={current}
        tabs={tabIds.map((id) => ({ id, label: t(`plugins.version.tab.${id}`), href: tabPath(ref, id) }))}
      >
        <Tab versionRef={ref} plugin={plugin} version={version} etag={tagged.etag} />
      </Tabs>
    </Page>
  );
}

function tabPath({ pluginId, versionId }: VersionRef, tab: TabId): string {
  return path`/plugins/${pluginId}/versions/${versionId}/${tab}`;
}
