import type { PropertyDefinition } from '@batchfeed/schemas';
import { useState } from 'react';
import { useUpdateVersion } from '../../api/plugins.ts';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { Facts } from '../../components/facts.tsx';
import { Section } from '../../components/page.tsx';
import { toast } from '../../components/toasts.tsx';
import { useMay } from '../../session/session.ts';
import { t } from '../../texts/text.ts';
import { VersionStatusPill } from '../plugin/version-status-pill.tsx';
import { AddressDialog } from './address-dialog.tsx';
import type { VersionTabProps } from './version-tab-props.ts';

/** What the version is, where it listens, which properties it declares. */
export function PropertiesTab(props: VersionTabProps) {
  const { version } = props;
  const mayChange = useMay('admin') && version.status !== 'ARCHIVED';
  const [editing, setEditing] = useState(false);
  return (
    <>
      <Section
        title={t('plugins.version.about')}
        actions={
          mayChange ? (
            <>
              <Button small onPress={() => setEditing(true)}>
                {t('plugins.version.editAddress')}
              </Button>
              <StatusButton {...props} />
            </>
          ) : undefined
        }
      >
        <Facts
          facts={[
            [t('plugins.column.version'), version.version_id],
            [t('plugins.column.status'), <VersionStatusPill key="status" status={version.status} />],
            [
              t('plugins.column.address'),
              version.base_url === undefined ? t('plugins.noAddress') : <code key="address">{version.base_url}</code>,
            ],
            [t('plugins.column.id'), version.id],
          ]}
        />
      </Section>
      <Section title={t('plugins.version.propertiesTitle')} flush={version.plugin_properties.length > 0}>
        {version.plugin_properties.length === 0 ? (
          <p className="muted">{t('plugins.version.noProperties')}</p>
        ) : (
          <DataTable
            label={t('plugins.version.propertiesTitle')}
            columns={columns}
            rows={version.plugin_properties}
            rowKey={({ technical_name }) => technical_name}
          />
        )}
      </Section>
      {editing ? <AddressDialog {...props} onClose={() => setEditing(false)} /> : null}
    </>
  );
}

const columns: readonly Column<PropertyDefinition>[] = [
  {
    id: 'name',
    header: t('plugins.version.propertyName'),
    width: '1.5fr',
    cell: (row) => <code>{row.technical_name}</code>,
  },
  { id: 'type', header: t('plugins.version.propertyType'), width: '8rem', from: 480, cell: (row) => row.property_type },
  {
    id: 'origin',
    header: t('plugins.version.propertyOrigin'),
    from: 640,
    cell: (row) => t(`plugins.version.origin.${row.origin}`),
  },
  {
    id: 'value',
    header: t('plugins.version.propertyValue'),
    width: '2fr',
    cell: (row) => <code>{JSON.stringify(row.value)}</code>,
  },
];

/** Moves the version on: from draft to active, from active to archived. */
function StatusButton({ versionRef, version, etag }: VersionTabProps) {
  const update = useUpdateVersion(versionRef.pluginId, versionRef.versionId);
  const [asking, setAsking] = useState(false);
  const isDraft = version.status === 'DRAFT';
  const values = { version: version.version_id };
  const move = async () => {
    await update.mutateAsync({ status: isDraft ? 'ACTIVE' : 'ARCHIVED', etag });
    toast.done(isDraft ? t('plugins.version.activated', values) : t('plugins.version.archivedDone', values));
  };
  const label = isDraft ? t('plugins.version.activate') : t('plugins.version.archive');
  return (
    <>
      <Button small look={isDraft ? 'primary' : 'secondary'} onPress={() => setAsking(true)}>
        {label}
      </Button>
      <ConfirmDialog
        title={isDraft ? t('plugins.version.activateTitle', values) : t('plugins.version.archiveTitle', values)}
        isOpen={asking}
        onClose={() => setAsking(false)}
        confirmLabel={label}
        danger={!isDraft}
        onConfirm={move}
      >
        <p>{isDraft ? t('plugins.version.activateText') : t('plugins.version.archiveText')}</p>
      </ConfirmDialog>
    </>
  );
}
