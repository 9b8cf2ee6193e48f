import type { ThrottlingResource } from '@batchfeed/schemas';
import { useState } from 'react';
import { useDeleteThrottling, useThrottlings } from '../../../api/throttlings.ts';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/dialog.tsx';
import { Facts } from '../../../components/facts.tsx';
import { Section } from '../../../components/page.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { EmptyState } from '../../../components/states.tsx';
import { toast } from '../../../components/toasts.tsx';
import { formatRate } from '../../../format/numbers.ts';
import { formatDuration } from '../../../format/times.ts';
import { useMay } from '../../../session/session.ts';
import { t } from '../../../texts/text.ts';
import type { VersionTabProps } from '../version-tab-props.ts';
import { ThrottlingDialog } from './throttling-dialog.tsx';

/** Limits on the calls of the version. */
export function ThrottlingTab({ versionRef }: VersionTabProps) {
  const query = useThrottlings(versionRef);
  const mayChange = useMay('admin');
  const remove = useDeleteThrottling(versionRef);
  const [editing, setEditing] = useState<ThrottlingResource | 'new'>();
  const [deleting, setDeleting] = useState<ThrottlingResource>();
  return (
    <Section
      title={t('plugins.throttling.title')}
      lead={t('plugins.throttling.lead')}
      actions={
        mayChange ? (
          <Button small icon="plus" onPress={() => setEditing('new')}>
            {t('plugins.throttling.add')}
          </Button>
        ) : undefined
      }
    >
      <QueryView
        query={query}
        isEmpty={(found) => found.length === 0}
        empty={<EmptyState title={t('plugins.throttling.none')} />}
      >
        {(found) => (
          <ul className="cards">
            {found.map((throttling) => (
              <li key={throttling.id} className="card">
                <div className="row row-apart">
                  <code className="break">{throttling.plugin_endpoint}</code>
                  {mayChange ? (
                    <div className="row">
                      <Button small onPress={() => setEditing(throttling)}>
                        {t('common.action.edit')}
                      </Button>
                      <Button small onPress={() => setDeleting(throttling)}>
                        {t('common.action.delete')}
                      </Button>
                    </div>
                  ) : null}
                </div>
                <ThrottlingFacts throttling={throttling} />
              </li>
            ))}
          </ul>
        )}
      </QueryView>
      {editing ? (
        <ThrottlingDialog
          versionRef={versionRef}
          present={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      ) : null}
      <ConfirmDialog
        title={t('plugins.throttling.deleteTitle')}
        isOpen={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        confirmLabel={t('common.action.delete')}
        danger
        onConfirm={async () => {
          if (deleting) await remove.mutateAsync(deleting.id);
          toast.done(t('plugins.throttling.deleted'));
        }}
      >
        <p>{t('plugins.throttling.deleteText', { endpoint: deleting?.plugin_endpoint ?? '' })}</p>
      </ConfirmDialog>
    </Section>
  );
}

function ThrottlingFacts({ throttling }: { readonly throttling: ThrottlingResource }) {
  const { scope, throttling_key: key, max_qps: qps, max_concurrency: concurrency, timeout_ms: timeout } = throttling;
  const scopeText = t(`plugins.throttling.scopes.${scope}`);
  const facts: [string, string][] = [
    [
      t('plugins.throttling.scope'),
      key === undefined ? scopeText : `${scopeText}, ${t('plugins.throttling.forKey', { id: key })}`,
    ],
  ];
  if (qps !== undefined) facts.push([t('plugins.throttling.qps'), formatRate(qps)]);
  if (concurrency !== undefined) facts.push([t('plugins.throttling.concurrency'), String(concurrency)]);
  if (timeout !== undefined) facts.push([t('plugins.throttling.timeout'), formatDuration(timeout)]);
  return <Facts facts={facts} />;
}
