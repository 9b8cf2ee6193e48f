import { useState } from 'react';
import { useBatching } from '../../../api/batching.ts';
import { Button } from '../../../components/button.tsx';
import { Section } from '../../../components/page.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { EmptyState, Note } from '../../../components/states.tsx';
import { useMay, useSession } from '../../../session/session.ts';
import { t } from '../../../texts/text.ts';
import type { VersionTabProps } from '../version-tab-props.ts';
import { BatchingEditor } from './batching-editor.tsx';

/** The one type of plugin whose answers hold lines. */
const BATCHABLE_TYPE = 'AUDIENCE_SEGMENT_EXTERNAL_FEED';

/** How the lines of the version's feeds become batches. */
export function BatchingTab(props: VersionTabProps) {
  if (props.plugin.plugin_type !== BATCHABLE_TYPE) {
    return (
      <Section>
        <EmptyState title={t('batching.wrongTypeTitle')}>
          {t('batching.wrongType', { type: t(`plugins.type.${props.plugin.plugin_type}`) })}
        </EmptyState>
      </Section>
    );
  }
  return <Batchable {...props} />;
}

function Batchable(props: VersionTabProps) {
  const query = useBatching(props.versionRef);
  const mayChange = useMay('admin');
  const { role } = useSession();
  const [creating, setCreating] = useState(false);
  return (
    <>
      {mayChange ? null : <Note>{t('batching.readOnly', { role: t(`session.role.${role}`) })}</Note>}
      <QueryView query={query}>
        {(present) =>
          present === null && !creating ? (
            <NoConfiguration onCreate={mayChange ? () => setCreating(true) : undefined} />
          ) : (
            <BatchingEditor
              {...props}
              present={present}
              mayChange={mayChange}
              onCancel={() => setCreating(false)}
              onDeleted={() => setCreating(false)}
            />
          )
        }
      </QueryView>
    </>
  );
}

function NoConfiguration({ onCreate }: { readonly onCreate: (() => void) | undefined }) {
  return (
    <Section>
      <EmptyState
        title={t('batching.noneTitle')}
        action={
          onCreate ? (
            <Button look="primary" icon="plus" onPress={onCreate}>
              {t('batching.create')}
            </Button>
          ) : undefined
        }
      >
        {t('batching.none')}
      </EmptyState>
    </Section>
  );
}
