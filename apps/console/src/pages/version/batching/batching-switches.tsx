import type { BatchingConfiguration, BatchingConfigurationResource } from '@batchfeed/schemas';
import { useState } from 'react';
import { useDeleteBatching } from '../../../api/batching.ts';
import type { VersionRef } from '../../../api/version-path.ts';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/dialog.tsx';
import { toast } from '../../../components/toasts.tsx';
import { t } from '../../../texts/text.ts';
import { EffectOf } from './batching-effect.tsx';
import { policyOf } from './batching-form.ts';

interface SwitchButtonProps {
  readonly versionRef: VersionRef;
  readonly present: BatchingConfigurationResource;
  readonly onSwitch: (body: BatchingConfiguration, text: string) => Promise<void>;
}

/** Switches batching off, having said what becomes of open batches, and on again as it is. */
export function SwitchButton({ versionRef, present, onSwitch }: SwitchButtonProps) {
  const [asking, setAsking] = useState(false);
  const { id: _, ...configuration } = present;
  const off = { ...configuration, enable_batching: false };
  if (!present.enable_batching) {
    const on = { ...configuration, enable_batching: true };
    return (
      <Button small onPress={() => void onSwitch(on, t('batching.switchedOn')).catch(toast.failed)}>
        {t('batching.switchOn')}
      </Button>
    );
  }
  return (
    <>
      <Button small onPress={() => setAsking(true)}>
        {t('batching.switchOff')}
      </Button>
      <ConfirmDialog
        title={t('batching.switchOffTitle')}
        isOpen={asking}
        onClose={() => setAsking(false)}
        confirmLabel={t('batching.switchOff')}
        onConfirm={() => onSwitch(off, t('batching.switchedOff'))}
      >
        <p>{t('batching.switchOffText')}</p>
        <EffectOf versionRef={versionRef} policy={policyOf(off)} />
      </ConfirmDialog>
    </>
  );
}

interface DeleteButtonProps {
  readonly versionRef: VersionRef;
  readonly present: BatchingConfigurationResource;
  readonly onDeleted: () => void;
}

/** Deletes the configuration, having said what becomes of open batches: the same as when it is switched off. */
export function DeleteButton({ versionRef, present, onDeleted }: DeleteButtonProps) {
  const [asking, setAsking] = useState(false);
  const remove = useDeleteBatching(versionRef);
  const { id, ...configuration } = present;
  return (
    <>
      <Button small onPress={() => setAsking(true)}>
        {t('batching.delete')}
      </Button>
      <ConfirmDialog
        title={t('batching.deleteTitle')}
        isOpen={asking}
        onClose={() => setAsking(false)}
        confirmLabel={t('batching.delete')}
        danger
        onConfirm={async () => {
          await remove.mutateAsync(id);
          toast.done(t('batching.deleted'));
          onDeleted();
        }}
      >
        <p>{t('batching.deleteText')}</p>
        <EffectOf versionRef={versionRef} policy={policyOf({ ...configuration, enable_batching: false })} />
      </ConfirmDialog>
    </>
  );
}
