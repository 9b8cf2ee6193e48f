import { createPluginSchema, createVersionSchema } from '@batchfeed/schemas';
import type { FormEvent } from 'react';
import { useStartPlugin } from '../../api/plugins.ts';
import { Field } from '../../components/field.tsx';
import { FormFoot } from '../../components/form-foot.tsx';
import { textOrNone } from '../../forms/read-values.ts';
import { useForm } from '../../forms/use-form.ts';
import { t } from '../../texts/text.ts';
import type { StepProps } from './step-props.ts';

const schema = createPluginSchema
  .omit({ plugin_type: true })
  .extend({ version_id: createVersionSchema.shape.version_id });

/** A plugin and its first version. */
export function PluginStep({ run }: StepProps) {
  const start = useStartPlugin();
  const form = useForm({
    schema,
    initial: {
      group_id: 'io.batchfeed.examples',
      artifact_id: 'shop-audience-feed',
      version_id: '1.0.0',
      organisation_id: '1',
    },
    read: (typed) => ({
      group_id: textOrNone(typed.group_id),
      artifact_id: textOrNone(typed.artifact_id),
      version_id: textOrNone(typed.version_id),
      organisation_id: textOrNone(typed.organisation_id),
    }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = form.submit();
    if (!body) return;
    start.mutate(body, {
      onSuccess: (version) => run.setIds({ plugin: version.plugin_id, version: version.id }),
      onError: form.refuse,
    });
  };
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <Field field={form.field('group_id')} label={t('plugins.create.group')} help={t('plugins.create.groupHelp')} />
      <Field
        field={form.field('artifact_id')}
        label={t('plugins.create.artifact')}
        help={t('plugins.create.artifactHelp')}
      />
      <Field
        field={form.field('version_id')}
        label={t('firstRun.plugin.version')}
        help={t('firstRun.plugin.versionHelp')}
      />
      <Field
        field={form.field('organisation_id')}
        label={t('plugins.create.organisation')}
        help={t('plugins.create.organisationHelp')}
        inputMode="numeric"
      />
      <FormFoot
        error={form.isRefused ? null : start.error}
        submit={t('firstRun.plugin.submit')}
        isPending={start.isPending}
      />
    </form>
  );
}
