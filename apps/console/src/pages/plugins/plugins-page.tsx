import { type PluginResource, type PluginType, pluginTypes } from '@batchfeed/schemas';
import { useState } from 'react';
import { Link } from 'react-router';
import { path } from '../../api/client.ts';
import { usePlugins } from '../../api/plugins.ts';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Page, Section } from '../../components/page.tsx';
import { Pill } from '../../components/pill.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { EmptyState } from '../../components/states.tsx';
import { useMay } from '../../session/session.ts';
import { t } from '../../texts/text.ts';
import { CreatePluginDialog } from './create-plugin-dialog.tsx';
import { filterPlugins } from './filter-plugins.ts';

const typeLabel = (type: PluginType) => t(`plugins.type.${type}`);

const columns: readonly Column<PluginResource>[] = [
  {
    id: 'name',
    header: t('plugins.column.name'),
    width: '2fr',
    cell: (plugin) => (
      <>
        <Link to={path`/plugins/${plugin.id}`} tabIndex={-1}>
          {plugin.artifact_id}
        </Link>{' '}
        {plugin.archived ? <Pill>{t('plugins.archived')}</Pill> : null}
      </>
    ),
    sortBy: ({ artifact_id }) => artifact_id,
  },
  {
    id: 'group',
    header: t('plugins.column.group'),
    width: '1.5fr',
    from: 640,
    cell: ({ group_id }) => group_id,
    sortBy: ({ group_id }) => group_id,
  },
  {
    id: 'type',
    header: t('plugins.column.type'),
    width: '1.5fr',
    from: 480,
    cell: ({ plugin_type }) => typeLabel(plugin_type),
    sortBy: ({ plugin_type }) => typeLabel(plugin_type),
  },
  {
    id: 'organisation',
    header: t('plugins.column.organisation'),
    width: '7rem',
    from: 760,
    align: 'end',
    cell: ({ organisation_id }) => organisation_id,
  },
  {
    id: 'id',
    header: t('plugins.column.id'),
    width: '4rem',
    align: 'end',
    cell: ({ id }) => id,
    sortBy: ({ id }) => Number(id),
  },
];

/** All plugins: search, filter by type, create. */
export function PluginsPage() {
  const query = usePlugins();
  const mayCreate = useMay('admin');
  const [search, setSearch] = useState('');
  const [type, setType] = useState<PluginType | ''>('');
  const [creating, setCreating] = useState(false);
  return (
    <Page
      title={t('plugins.title')}
      lead={t('plugins.lead')}
      actions={
        mayCreate ? (
          <Button look="primary" icon="plus" onPress={() => setCreating(true)}>
            {t('plugins.create.action')}
          </Button>
        ) : undefined
      }
    >
      <QueryView query={query} isEmpty={(plugins) => plugins.length === 0} empty={<NoPlugins mayCreate={mayCreate} />}>
        {(plugins) => {
          const found = filterPlugins(plugins, search, type);
          return (
            <div className="stack">
              <div className="row">
                <SearchField label={t('plugins.search')} value={search} onChange={setSearch} />
                <SelectField
                  label={t('plugins.filterType')}
                  labelHidden
                  field={{ name: 'type', value: type, onChange: setType }}
                  choices={[
                    { value: '', label: t('plugins.allTypes') },
                    ...pluginTypes.map((value) => ({ value, label: typeLabel(value) })),
                  ]}
                />
                <span className="muted small" role="status">
                  {t('plugins.count', { count: found.length })}
                </span>
              </div>
              <Section flush>
                {found.length === 0 ? (
                  <EmptyState icon="search" title={t('plugins.noneFound')} />
                ) : (
                  <DataTable
                    label={t('plugins.table')}
                    columns={columns}
                    rows={found}
                    rowKey={({ id }) => id}
                    hrefOf={({ id }) => path`/plugins/${id}`}
                  />
                )}
              </Section>
            </div>
          );
        }}
      </QueryView>
      {creating ? <CreatePluginDialog onClose={() => setCreating(false)} /> : null}
    </Page>
  );
}

function NoPlugins({ mayCreate }: { readonly mayCreate: boolean }) {
  return (
    <Section>
      <EmptyState
        icon="plug"
        title={t('plugins.noneTitle')}
        action={
          mayCreate ? (
            <Link className="button button-primary" to="/start">
              {t('plugins.startFirstRun')}
            </Link>
          ) : undefined
        }
      >
        {t('plugins.none')}
      </EmptyState>
    </Section>
  );
}
