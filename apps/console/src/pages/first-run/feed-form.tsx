import { createSegmentSchema, type FeedResource, type PluginResource, type VersionResource } from '@batchfeed/schemas';
import { type FormEvent, useRef, useState } from 'react';
import { z } from 'zod';
import { putProperty, useCreateFeed } from '../../api/feed-setup.ts';
import { Field } from '../../components/field.tsx';
import { FormFoot } from '../../components/form-foot.tsx';
import { ErrorNote, Note } from '../../components/states.tsx';
import { textOrNone } from '../../forms/read-values.ts';
import { useForm } from '../../forms/use-form.ts';
import { t } from '../../texts/text.ts';
import { PropertyRows } from './property-rows.tsx';
import { isBlank, propertyFault, readProperty, type TypedProperty, typeToType } from './property-values.ts';

const schema = z.strictObject({
  name: createSegmentSchema.shape.name,
  segment_name: createSegmentSchema.shape.name,
  datamart_id: createSegmentSchema.shape.datamart_id,
});

interface FeedFormProps {
  readonly plugin: PluginResource;
  readonly version: VersionResource;
  readonly onCreated: (feed: FeedResource) => void;
  readonly onCancel?: () => void;
}

/** A new segment and the feed that sends it, with its properties. */
export function FeedForm({ plugin, version, onCreated, onCancel }: FeedFormProps) {
  const create = useCreateFeed();
  // Made once, whatever becomes of the properties: trying again sets what is missing.
  const made = useRef<FeedResource>(undefined);
  const [rows, setRows] = useState<readonly TypedProperty[]>(() => initialRows(version));
  const [tried, setTried] = useState(false);
  const [setting, setSetting] = useState(false);
  const [propertyError, setPropertyError] = useState<unknown>(null);
  const form = useForm({
    schema,
    initial: { name: '', segment_name: '', datamart_id: '1' },
    read: (typed) => ({
      name: textOrNone(typed.name),
      segment_name: textOrNone(typed.segment_name),
      datamart_id: textOrNone(typed.datamart_id),
    }),
  });

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    const body = form.submit();
    if (!body || rows.some((row) => propertyFault(row, rows) !== undefined)) return;
    const { name, ...segment } = body;
    setPropertyError(null);
    try {
      made.current ??= await create.mutateAsync({
        ...segment,
        organisation_id: plugin.organisation_id,
        feed: { name, plugin_id: plugin.id, plugin_version_id: version.id },
      });
    } catch (error) {
      form.refuse(error);
      return;
    }
    setSetting(true);
    try {
      for (const property of rows.filter((row) => !isBlank(row)).map(readProperty)) {
        if (property) await putProperty(made.current.id, property.name, property.body);
      }
      onCreated(made.current);
    } catch (error) {
      setPropertyError(error);
    } finally {
      setSetting(false);
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
      <Field field={form.field('name')} label={t('firstRun.feed.name')} help={t('firstRun.feed.nameHelp')} />
      <Field
        field={form.field('segment_name')}
        label={t('firstRun.feed.segment')}
        help={t('firstRun.feed.segmentHelp')}
      />
      <Field
        field={form.field('datamart_id')}
        label={t('firstRun.feed.datamart')}
        help={t('firstRun.feed.datamartHelp')}
        inputMode="numeric"
      />
      <PropertyRows rows={rows} onChange={setRows} showFaults={tried} />
      {propertyError ? <Note tone="warn">{t('firstRun.feed.partly')}</Note> : null}
      <ErrorNote error={propertyError} />
      <FormFoot
        error={form.isRefused ? null : create.error}
        submit={t('firstRun.feed.submit')}
        isPending={create.isPending || setting}
        {...(onCancel ? { onCancel } : {})}
      />
    </form>
  );
}

/** What the version leaves for each feed to set; one empty row where it says nothing. */
function initialRows({ plugin_properties }: VersionResource): TypedProperty[] {
  const wanted = plugin_properties.filter(({ origin }) => origin === 'INSTANCE');
  if (wanted.length === 0) return [{ key: 0, name: '', type: 'STRING', value: '' }];
  return wanted.map(({ technical_name: name, property_type }, key) => ({
    key,
    name,
    type: typeToType(property_type),
    value: '',
  }));
}
