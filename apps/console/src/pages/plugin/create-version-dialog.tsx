import { createVersionSchema, type PluginResource } from '@batchfeed/schemas';
import type { FormEvent } from 'react';
import { useNavigate } from 'react-router';
import { path } from '../../api/client.ts';
import { useCreateVersion } from '../../api/plugins.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { FormFoot } from '../../components/form-foot.tsx';
import { toast } from '../../components/toasts.tsx';
import { textOrNone } from '../../forms/read-values.ts';
import { useForm } from '../../forms/use-form.ts';
import { t } from '../../texts/text.ts';

const schema = createVersionSchema.pick({ version_id: true, base_url: true });

interface CreateVersionDialogProps {
  readonly plugin: PluginResource;
  readonly onClose: () => void;
}

export function CreateVersionDialog({ plugin, onClose }: CreateVersionDialogProps) {
  const create = useCreateVersion(plugin.id);
  const navigate = useNavigate();
  const form = useForm({
    schema,
    initial: { version_id: '', base_url: '' },
    read: ({ version_id, base_url }) => ({ version_id: textOrNone(version_id), base_url: textOrNone(base_url) }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = form.submit();
    if (!body) return;
    create.mutate(body, {
      onSuccess: (version) => {
        toast.done(t('plugins.newVersion.done', { version: version.version_id }));
        void navigate(path`/plugins/${plugin.id}/versions/${version.id}`);
      },
      onError: form.refuse,
    });
  };
  return (
    <Dialog title={t('plugins.newVersion.title', { plugin: plugin.artifact_id })} isOpen onClose={onClose}>
      <form className="stack" onSubmit={submit} noValidate>
        <Field
          field={form.field('version_id')}
          label={t('plugins.newVersion.number')}
          help={t('plugins.newVersion.numberHelp')}
          autoFocus
        />
        <Field
          field={form.field('base_url')}
          label={t('plugins.newVersion.address')}
          help={t('plugins.newVersion.addressHelp')}
          inputMode="url"
          mono
          optional
        />
        <FormFoot
          error={form.isRefused ? null : create.error}
          submit={t('plugins.newVersion.submit')}
          isPending={create.isPending}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
