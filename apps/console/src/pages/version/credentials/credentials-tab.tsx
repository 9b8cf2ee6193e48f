import type { WorkerCredentials, WorkerCredentialsResource } from '@batchfeed/schemas';
import { useState } from 'react';
import { useIssueWorker, useRevokeWorker, useRotateWorker, useWorkers } from '../../../api/worker-credentials.ts';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/dialog.tsx';
import { Section } from '../../../components/page.tsx';
import { QueryView } from '../../../components/query-view.tsx';
import { EmptyState } from '../../../components/states.tsx';
import { Time } from '../../../components/time.tsx';
import { toast } from '../../../components/toasts.tsx';
import { useMay } from '../../../session/session.ts';
import { t } from '../../../texts/text.ts';
import type { VersionTabProps } from '../version-tab-props.ts';
import { ShownCredentialsDialog } from './shown-credentials-dialog.tsx';

interface Asking {
  readonly about: 'rotate' | 'revoke';
  readonly worker: string;
}

/** What the plugin authenticates with at the gateway: issue, rotate, revoke. */
export function CredentialsTab({ versionRef }: VersionTabProps) {
  const query = useWorkers(versionRef);
  const mayChange = useMay('admin');
  const issue = useIssueWorker(versionRef);
  const rotate = useRotateWorker(versionRef);
  const revoke = useRevokeWorker(versionRef);
  const [asking, setAsking] = useState<Asking>();
  const [shown, setShown] = useState<WorkerCredentials>();
  const deeds = {
    rotate: async (worker: string) => setShown(await rotate.mutateAsync(worker)),
    revoke: async (worker: string) => {
      await revoke.mutateAsync(worker);
      toast.done(t('plugins.credentials.revoked'));
    },
  };
  const worker = asking?.worker ?? '';
  return (
    <Section
      title={t('plugins.credentials.title')}
      lead={t('plugins.credentials.lead')}
      actions={
        mayChange ? (
          <Button
            small
            icon="plus"
            isPending={issue.isPending}
            onPress={() => issue.mutate(undefined, { onSuccess: setShown, onError: toast.failed })}
          >
            {t('plugins.credentials.issue')}
          </Button>
        ) : undefined
      }
    >
      <QueryView
        query={query}
        isEmpty={(found) => found.length === 0}
        empty={<EmptyState title={t('plugins.credentials.none')} />}
      >
        {(found) => (
          <ul className="cards">
            {found.map((one) => (
              <Worker key={one.worker_id} worker={one} onAsk={mayChange ? setAsking : undefined} />
            ))}
          </ul>
        )}
      </QueryView>
      <ConfirmDialog
        title={
          asking?.about === 'rotate'
            ? t('plugins.credentials.rotateTitle', { worker })
            : t('plugins.credentials.revokeTitle', { worker })
        }
        isOpen={asking !== undefined}
        onClose={() => setAsking(undefined)}
        confirmLabel={asking?.about === 'rotate' ? t('plugins.credentials.rotate') : t('plugins.credentials.revoke')}
        danger
        onConfirm={async () => {
          if (asking) await deeds[asking.about](asking.worker);
        }}
      >
        <p>{asking?.about === 'rotate' ? t('plugins.credentials.rotateText') : t('plugins.credentials.revokeText')}</p>
      </ConfirmDialog>
      {shown ? <ShownCredentialsDialog credentials={shown} onClose={() => setShown(undefined)} /> : null}
    </Section>
  );
}

interface WorkerProps {
  readonly worker: WorkerCredentialsResource;
  /** Absent for those who only look. */
  readonly onAsk: ((asking: Asking) => void) | undefined;
}

function Worker({ worker: { worker_id: worker, created_ts }, onAsk }: WorkerProps) {
  return (
    <li className="card row row-apart">
      <div className="grow">
        <code className="break">{worker}</code>
        <div className="muted small">
          {t('plugins.credentials.created')} <Time ts={created_ts} />
        </div>
      </div>
      {onAsk ? (
        <div className="row">
          <Button small onPress={() => onAsk({ about: 'rotate', worker })}>
            {t('plugins.credentials.rotate')}
          </Button>
          <Button small onPress={() => onAsk({ about: 'revoke', worker })}>
            {t('plugins.credentials.revoke')}
          </Button>
        </div>
      ) : null}
    </li>
  );
}
