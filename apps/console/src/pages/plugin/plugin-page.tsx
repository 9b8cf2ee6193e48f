import type { PluginResource, VersionResource } from '@batchfeed/schemas';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { path } from '../../api/client.ts';
import { usePlugin, useVersions } from '../../api/plugins.ts';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Facts } from '../../components/facts.tsx';
import { Page, Section } from '../../components/page.tsx';
import { Pill } from '../../components/pill.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { EmptyState } from '../../components/states.tsx';
import { useMay } from '../../session/session.ts';
import { t } from '../../texts/text.ts';
import { CreateVersionDialog } from './create-version-dialog.tsx';
import { VersionStatusPill } from './version-status-pill.tsx';

/** A plugin with its versions. */
export function PluginPage() {
  const { pluginId = '' } = useParams();
  const query = usePlugin(pluginId);
  return <QueryView query={query}>{(plugin) => <PluginView plugin={plugin} />}</QueryView>;
}

function PluginView({ plugin }: { readonly plugin: PluginResource }) {
  const mayCreate = useMay('admin');
  const [creating, setCreating] = useState(false);
  const versions = useVersions(plugin.id);
  const newVersion = mayCreate ? (
    <Button look={versions.data?.length === 0 ? 'primary' : 'secondary'} icon="plus" onPress={() => setCreating(true)}>
      {t('plugins.newVersion.action')}
    </Button>
  ) : undefined;
  return (
    <Page
      title={plugin.artifact_id}
      back={{ to: '/plugins', label: t('plugins.title') }}
      marks={plugin.archived ? <Pill>{t('plugins.archived')}</Pill> : undefined}
      actions={newVersion}
    >
      <Section>
        <Facts
          facts={[
            [t('plugins.column.type'), t(`plugins.type.${plugin.plugin_type}`)],
            [t('plugins.column.group'), plugin.group_id],
            [t('plugins.column.organisation'), plugin.organisation_id],
            [t('plugins.column.id'), plugin.id],
          ]}
        />
      </Section>
      <Section title={t('plugins.versions')} flush>
        <QueryView
          query={versions}
          isEmpty={(found) => found.length === 0}
          empty={<EmptyState icon="plug" title={t('plugins.noVersions')} />}
        >
          {(found) => (
            <DataTable
              label={t('plugins.versions')}
              columns={columnsFor(plugin)}
              rows={[...found].reverse()}
              rowKey={({ id }) => id}
              hrefOf={({ id }) => path`/plugins/${plugin.id}/versions/${id}`}
            />
          )}
        </QueryView>
      </Section>
      {creating ? <CreateVersionDialog plugin={plugin} onClose={() => setCreating(false)} /> : null}
    </Page>
  );
}

const columnsFor = (plugin: PluginResource): readonly Column<VersionResource>[] => [
  {
    id: 'version',
    header: t('plugins.column.version'),
    cell: (version) => (
      <>
        <Link to={path`/plugins/${plugin.id}/versions/${version.id}`} tabIndex={-1}>
          {version.version_id}
        </Link>{' '}
        {version.id === plugin.current_version_id ? <Pill tone="info">{t('plugins.current')}</Pill> : null}
      </>
    ),
  },
  {
    id: 'status',
    header: t('plugins.column.status'),
    width: '8rem',
    cell: ({ status }) => <VersionStatusPill status={status} />,
  },
  {
    id: 'address',
    header: t('plugins.column.address'),
    width: '2fr',
    from: 480,
    cell: ({ base_url }) =>
      base_url === undefined ? <span className="muted">{t('plugins.noAddress')}</span> : <code>{base_url}</code>,
  },
  { id: 'id', header: t('plugins.column.id'), width: '4rem', align: 'end', from: 360, cell: ({ id }) => id },
];
