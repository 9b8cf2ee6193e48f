import { checkPluginSchema } from '@batchfeed/schemas';
import type { FormEvent } from 'react';
import { useCheckPlugin, useUpdateVersion } from '../../api/plugins.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { FormFoot } from '../../components/form-foot.tsx';
import { ErrorNote } from '../../components/states.tsx';
import { toast } from '../../components/toasts.tsx';
import { textOrNone } from '../../forms/read-values.ts';
import { useForm } from '../../forms/use-form.ts';
import { t } from '../../texts/text.ts';
import { PluginCheckResult } from './plugin-check-result.tsx';
import type { VersionTabProps } from './version-tab-props.ts';

/** Where the plugin listens, with a look whether it does. */
export function AddressDialog({
  versionRef,
  version,
  etag,
  onClose,
}: VersionTabProps & { readonly onClose: () => void }) {
  const update = useUpdateVersion(versionRef.pluginId, versionRef.versionId);
  const check = useCheckPlugin();
  const form = useForm({
    schema: checkPluginSchema,
    initial: { base_url: version.base_url ?? '' },
    read: ({ base_url }) => ({ base_url: textOrNone(base_url) }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = form.submit();
    if (!body) return;
    update.mutate(
      { ...body, etag },
      {
        onSuccess: () => {
          toast.done(t('plugins.version.addressDone'));
          onClose();
        },
        onError: form.refuse,
      },
    );
  };
  return (
    <Dialog title={t('plugins.version.addressTitle')} isOpen onClose={onClose}>
      <form className="stack" onSubmit={submit} noValidate>
        <Field
          field={form.field('base_url')}
          label={t('plugins.column.address')}
          help={t('plugins.version.addressHelp')}
          inputMode="url"
          mono
          autoFocus
        />
        <div className="row">
          <Button
            small
            isPending={check.isPending}
            isDisabled={!form.data}
            onPress={() => form.data && check.mutate(form.data.base_url)}
          >
            {t('plugins.version.checkNow')}
          </Button>
        </div>
        {check.data ? <PluginCheckResult check={check.data} /> : null}
        <ErrorNote error={check.error} />
        <FormFoot
          error={form.isRefused ? null : update.error}
          submit={t('common.action.save')}
          isPending={update.isPending}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
