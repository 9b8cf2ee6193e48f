import { createPluginSchema, pluginTypes } from '@batchfeed/schemas';
import type { FormEvent } from 'react';
import { useNavigate } from 'react-router';
import { path } from '../../api/client.ts';
import { useCreatePlugin } from '../../api/plugins.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { FormFoot } from '../../components/form-foot.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { textOrNone } from '../../forms/read-values.ts';
import { useForm } from '../../forms/use-form.ts';
import { t } from '../../texts/text.ts';

const initial = {
  plugin_type: 'AUDIENCE_SEGMENT_EXTERNAL_FEED',
  group_id: '',
  artifact_id: '',
  organisation_id: '1',
};

export function CreatePluginDialog({ onClose }: { readonly onClose: () => void }) {
  const create = useCreatePlugin();
  const navigate = useNavigate();
  const form = useForm({
    schema: createPluginSchema,
    initial,
    read: ({ plugin_type, ...typed }) => ({
      plugin_type,
      group_id: textOrNone(typed.group_id),
      artifact_id: textOrNone(typed.artifact_id),
      organisation_id: textOrNone(typed.organisation_id),
    }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = form.submit();
    if (!body) return;
    create.mutate(body, {
      onSuccess: (plugin) => {
        toast.done(t('plugins.create.done', { name: plugin.artifact_id }));
        void navigate(path`/plugins/${plugin.id}`);
      },
      onError: form.refuse,
    });
  };
  return (
    <Dialog title={t('plugins.create.title')} isOpen onClose={onClose}>
      <form className="stack" onSubmit={submit} noValidate>
        <SelectField
          field={form.field('plugin_type')}
          label={t('plugins.create.type')}
          help={t('plugins.create.typeHelp')}
          choices={pluginTypes.map((value) => ({ value, label: t(`plugins.type.${value}`) }))}
        />
        <Field
          field={form.field('group_id')}
          label={t('plugins.create.group')}
          help={t('plugins.create.groupHelp')}
          autoFocus
        />
        <Field
          field={form.field('artifact_id')}
          label={t('plugins.create.artifact')}
          help={t('plugins.create.artifactHelp')}
        />
        <Field
          field={form.field('organisation_id')}
          label={t('plugins.create.organisation')}
          help={t('plugins.create.organisationHelp')}
          inputMode="numeric"
        />
        <FormFoot
          error={form.isRefused ? null : create.error}
          submit={t('plugins.create.submit')}
          isPending={create.isPending}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
