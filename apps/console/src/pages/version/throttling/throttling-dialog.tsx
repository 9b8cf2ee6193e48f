import {
  type ThrottlingResource,
  type ThrottlingScope,
  throttledEndpoints,
  throttlingSchema,
  throttlingScopeSchema,
} from '@batchfeed/schemas';
import type { FormEvent } from 'react';
import { useSaveThrottling } from '../../../api/throttlings.ts';
import type { VersionRef } from '../../../api/version-path.ts';
import { Dialog } from '../../../components/dialog.tsx';
import { Field } from '../../../components/field.tsx';
import { FormFoot } from '../../../components/form-foot.tsx';
import { SelectField } from '../../../components/select-field.tsx';
import { Note } from '../../../components/states.tsx';
import { toast } from '../../../components/toasts.tsx';
import { numberOrNone, textOrNone } from '../../../forms/read-values.ts';
import { useForm } from '../../../forms/use-form.ts';
import { t } from '../../../texts/text.ts';

const scopesWithKey: readonly string[] = ['ORGANISATION', 'DATAMART'] satisfies ThrottlingScope[];

const asText = (value: number | string | undefined): string => (value === undefined ? '' : String(value));

interface ThrottlingDialogProps {
  readonly versionRef: VersionRef;
  /** The one that is changed; a new one without. */
  readonly present: ThrottlingResource | undefined;
  readonly onClose: () => void;
}

export function ThrottlingDialog({ versionRef, present, onClose }: ThrottlingDialogProps) {
  const save = useSaveThrottling(versionRef);
  const form = useForm({
    schema: throttlingSchema,
    initial: {
      plugin_endpoint: present?.plugin_endpoint ?? '/v1/batch_update',
      scope: present?.scope ?? 'GLOBAL',
      throttling_key: present?.throttling_key ?? '',
      max_qps: asText(present?.max_qps),
      max_concurrency: asText(present?.max_concurrency),
      timeout_ms: asText(present?.timeout_ms),
    },
    read: ({ scope, throttling_key, plugin_endpoint, ...limits }) => ({
      scope,
      plugin_endpoint,
      throttling_key: scopesWithKey.includes(scope) ? textOrNone(throttling_key) : undefined,
      max_qps: numberOrNone(limits.max_qps),
      max_concurrency: numberOrNone(limits.max_concurrency),
      timeout_ms: numberOrNone(limits.timeout_ms),
    }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = form.submit();
    if (!body) return;
    save.mutate(
      { id: present?.id, body },
      {
        onSuccess: () => {
          toast.done(t('plugins.throttling.done'));
          onClose();
        },
        onError: form.refuse,
      },
    );
  };
  return (
    <Dialog
      title={present ? t('plugins.throttling.editTitle') : t('plugins.throttling.addTitle')}
      isOpen
      onClose={onClose}
    >
      <form className="stack" onSubmit={submit} noValidate>
        <SelectField
          field={form.field('plugin_endpoint')}
          label={t('plugins.throttling.endpoint')}
          help={t('plugins.throttling.endpointHelp')}
          choices={throttledEndpoints.map((value) => ({ value, label: value }))}
        />
        <SelectField
          field={form.field('scope')}
          label={t('plugins.throttling.scope')}
          help={t('plugins.throttling.scopeHelp')}
          choices={throttlingScopeSchema.options.map((value) => ({
            value,
            label: t(`plugins.throttling.scopes.${value}`),
          }))}
        />
        {scopesWithKey.includes(form.values.scope) ? (
          <Field
            field={form.field('throttling_key')}
            label={t('plugins.throttling.key')}
            help={t('plugins.throttling.keyHelp')}
            inputMode="numeric"
            optional
          />
        ) : null}
        <Field
          field={form.field('max_qps')}
          label={t('plugins.throttling.qps')}
          help={t('plugins.throttling.qpsHelp')}
          unit={t('plugins.throttling.perSecond')}
          inputMode="decimal"
          optional
        />
        <Field
          field={form.field('max_concurrency')}
          label={t('plugins.throttling.concurrency')}
          help={t('plugins.throttling.concurrencyHelp')}
          unit={t('plugins.throttling.calls')}
          inputMode="numeric"
          optional
        />
        <Field
          field={form.field('timeout_ms')}
          label={t('plugins.throttling.timeout')}
          help={t('plugins.throttling.timeoutHelp')}
          unit={t('plugins.throttling.ms')}
          inputMode="numeric"
          optional
        />
        {form.wholeError ? <Note tone="bad">{t('plugins.throttling.atLeastOne')}</Note> : null}
        <FormFoot
          error={form.isRefused ? null : save.error}
          submit={t('common.action.save')}
          isPending={save.isPending}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
