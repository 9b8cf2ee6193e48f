import { checkPluginSchema } from '@batchfeed/schemas';
import type { FormEvent } from 'react';
import { useConnectPlugin } from '../../api/plugins.ts';
import { Field } from '../../components/field.tsx';
import { FormFoot } from '../../components/form-foot.tsx';
import { toast } from '../../components/toasts.tsx';
import { textOrNone } from '../../forms/read-values.ts';
import { useForm } from '../../forms/use-form.ts';
import { t } from '../../texts/text.ts';
import { PluginCheckResult } from '../version/plugin-check-result.tsx';
import type { StepProps } from './step-props.ts';

/** Where the plugin listens: asked whether it is ready, then saved and activated. */
export function ConnectStep({ run }: StepProps) {
  const { plugin, version } = run.state;
  const connect = useConnectPlugin(run.ref);
  const form = useForm({
    schema: checkPluginSchema,
    initial: { base_url: version?.base_url ?? '' },
    read: ({ base_url }) => ({ base_url: textOrNone(base_url) }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = form.submit();
    if (!body) return;
    connect.mutate(body.base_url, {
      onSuccess: ({ metadata }) => {
        const artifact = metadata?.artifact_id;
        if (typeof artifact !== 'string' || !plugin || artifact === plugin.artifact_id) return;
        toast.done(t('firstRun.connect.differs', { artifact, expected: plugin.artifact_id }));
      },
      onError: form.refuse,
    });
  };
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <Field
        field={form.field('base_url')}
        label={t('firstRun.connect.address')}
        help={t('firstRun.connect.addressHelp')}
        inputMode="url"
        mono
      />
      {connect.data && !connect.isPending ? <PluginCheckResult check={connect.data} /> : null}
      <FormFoot
        error={form.isRefused ? null : connect.error}
        submit={t('firstRun.connect.submit')}
        isPending={connect.isPending}
      />
    </form>
  );
}
