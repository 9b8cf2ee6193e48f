import type { FormEvent } from 'react';
import { useSaveBatching } from '../../api/batching.ts';
import { FormFoot } from '../../components/form-foot.tsx';
import { t } from '../../texts/text.ts';
import { BatchingFields } from '../version/batching/batching-fields.tsx';
import { batchingValues, useBatchingForm } from '../version/batching/batching-form.ts';
import type { StepProps } from './step-props.ts';

/** As many lines as there are test users, and a wait one does not get up for. */
const quick = { ...batchingValues(null), batch_flush_max_size: '10', batch_flush_max_age_ms: '5000' };

/** How the lines become batches. */
export function BatchingStep({ run }: StepProps) {
  const save = useSaveBatching(run.ref);
  const form = useBatchingForm(run.ref.versionId, quick);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = form.submit();
    if (body) save.mutate({ body, present: null }, { onError: form.refuse });
  };
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <BatchingFields form={form} />
      <FormFoot error={form.isRefused ? null : save.error} submit={t('batching.create')} isPending={save.isPending} />
    </form>
  );
}
