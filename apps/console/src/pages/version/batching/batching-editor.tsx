import type { BatchingConfiguration, BatchingConfigurationResource } from '@batchfeed/schemas';
import { type FormEvent, useState } from 'react';
import { hasStatus } from '../../../api/api-error.ts';
import { useSaveBatching } from '../../../api/batching.ts';
import type { Tagged } from '../../../api/client.ts';
import { Button } from '../../../components/button.tsx';
import { Section } from '../../../components/page.tsx';
import { Pill } from '../../../components/pill.tsx';
import { ErrorNote, Note } from '../../../components/states.tsx';
import { toast } from '../../../components/toasts.tsx';
import { t } from '../../../texts/text.ts';
import type { VersionTabProps } from '../version-tab-props.ts';
import { BatchingCurl } from './batching-curl.tsx';
import { BatchingEffect } from './batching-effect.tsx';
import { BatchingFields } from './batching-fields.tsx';
import { batchingValues, isSameBatching, policyOf, useBatchingForm } from './batching-form.ts';
import { DeleteButton, SwitchButton } from './batching-switches.tsx';
import { PolicyPreview } from './policy-preview.tsx';
import './batching.css';

interface BatchingEditorProps extends VersionTabProps {
  readonly present: Tagged<BatchingConfigurationResource> | null;
  readonly mayChange: boolean;
  readonly onCancel: () => void;
  readonly onDeleted: () => void;
}

/** The form of the configuration, and beside it what it would do, as a command, and on recent lines. */
export function BatchingEditor({ versionRef, version, present, mayChange, ...on }: BatchingEditorProps) {
  const form = useBatchingForm(version.id, batchingValues(present?.value ?? null));
  const save = useSaveBatching(versionRef);
  const [conflict, setConflict] = useState(false);
  const changed = present === null || form.dirty;
  const tag = present?.etag;
  const [seen, setSeen] = useState(tag);
  // What is in force now is what is shown; whoever was typing is told when it was somebody else who saved.
  if (tag !== seen) {
    setSeen(tag);
    const isOurs = present && save.variables && isSameBatching(save.variables.body, present.value);
    if (form.dirty && !isOurs) setConflict(true);
    form.reset(batchingValues(present?.value ?? null));
  }
  const policy = form.data && policyOf(form.data);

  const store = async (body: BatchingConfiguration, text: string) => {
    setConflict(false);
    try {
      await save.mutateAsync({ body, present });
      toast.done(text);
    } catch (error) {
      if (hasStatus(error, 412)) setConflict(true);
      form.refuse(error);
      throw error;
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = form.submit();
    if (body && !changed) toast.done(t('batching.unchanged'));
    // What went wrong is shown below the fields.
    else if (body) void store(body, t(present ? 'batching.saved' : 'batching.created')).catch(() => undefined);
  };
  return (
    <div className="batching">
      <div className="stack">
        {conflict ? <Note tone="warn">{t('batching.changed')}</Note> : null}
        <Section
          title={t(present ? 'batching.editTitle' : 'batching.createTitle')}
          lead={t('batching.lead')}
          actions={
            present ? (
              <>
                <Pill tone={present.value.enable_batching ? 'ok' : 'quiet'}>
                  {t(present.value.enable_batching ? 'batching.on' : 'batching.off')}
                </Pill>
                {mayChange ? (
                  <>
                    <SwitchButton versionRef={versionRef} present={present.value} onSwitch={store} />
                    <DeleteButton versionRef={versionRef} present={present.value} onDeleted={on.onDeleted} />
                  </>
                ) : null}
              </>
            ) : undefined
          }
        >
          <form className="stack" onSubmit={submit} noValidate>
            <BatchingFields form={form} disabled={!mayChange} />
            <ErrorNote error={form.isRefused ? null : save.error} />
            {mayChange ? (
              <div className="row">
                <Button type="submit" look="primary" isPending={save.isPending}>
                  {t(present ? 'batching.save' : 'batching.create')}
                </Button>
                {present === null ? (
                  <Button onPress={on.onCancel}>{t('common.action.cancel')}</Button>
                ) : form.dirty ? (
                  <Button onPress={() => form.reset()}>{t('batching.discard')}</Button>
                ) : null}
              </div>
            ) : null}
          </form>
        </Section>
      </div>
      <div className="stack">
        {changed ? <BatchingEffect versionRef={versionRef} policy={policy} /> : null}
        <PolicyPreview versionRef={versionRef} policy={policy} />
        <BatchingCurl versionRef={versionRef} body={form.data} present={present} />
      </div>
    </div>
  );
}
