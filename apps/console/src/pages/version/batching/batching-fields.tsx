import { batchingLimits, orderings } from '@batchfeed/schemas';
import { Field } from '../../../components/field.tsx';
import { SelectField } from '../../../components/select-field.tsx';
import { SwitchField } from '../../../components/switch-field.tsx';
import { formatBytes, formatCount } from '../../../format/numbers.ts';
import { formatDuration } from '../../../format/times.ts';
import { numberOrNone } from '../../../forms/read-values.ts';
import { t } from '../../../texts/text.ts';
import type { BatchingForm } from './batching-form.ts';

/** The fields of a batching configuration, each with what it means. */
export function BatchingFields({
  form,
  disabled = false,
}: {
  readonly form: BatchingForm;
  readonly disabled?: boolean;
}) {
  const { values } = form;
  return (
    <div className="stack">
      <SwitchField
        field={form.field('enable_batching')}
        label={t('batching.field.enable')}
        help={t('batching.field.enableHelp')}
        disabled={disabled}
      />
      <Field
        field={form.field('batch_flush_max_size')}
        label={t('batching.field.size')}
        help={t('batching.field.sizeHelp', { max: formatCount(batchingLimits.maxSize) })}
        unit={t('batching.field.lines')}
        inputMode="numeric"
        disabled={disabled}
      />
      <Field
        field={form.field('batch_flush_max_bytes')}
        label={t('batching.field.bytes')}
        help={t('batching.field.bytesHelp', {
          min: formatCount(batchingLimits.minBytes),
          max: formatCount(batchingLimits.maxBytes),
        })}
        unit={t('batching.field.bytesUnit')}
        inputMode="numeric"
        disabled={disabled}
        echo={inWords(values.batch_flush_max_bytes, formatBytes)}
      />
      <Field
        field={form.field('batch_flush_max_age_ms')}
        label={t('batching.field.age')}
        help={t('batching.field.ageHelp', { max: formatCount(batchingLimits.maxAgeMs) })}
        unit={t('batching.field.ms')}
        inputMode="numeric"
        disabled={disabled}
        echo={inWords(values.batch_flush_max_age_ms, formatDuration)}
      />
      <SelectField
        field={form.field('ordering')}
        label={t('batching.field.ordering')}
        help={t(`batching.field.orderingHelp.${values.ordering}`)}
        choices={orderings.map((value) => ({ value, label: t(`batching.ordering.${value}`) }))}
        disabled={disabled}
      />
    </div>
  );
}

/** `That is 8 MiB.` */
function inWords(typed: string, format: (value: number) => string): string | undefined {
  const value = numberOrNone(typed);
  return typeof value === 'number' ? t('batching.field.means', { value: format(value) }) : undefined;
}
