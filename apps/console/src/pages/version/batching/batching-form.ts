import {
  type BatchingConfiguration,
  type BatchingPolicy,
  batchingConfigurationSchema,
  batchingLimits,
  type Ordering,
} from '@batchfeed/schemas';
import { numberOrNone } from '../../../forms/read-values.ts';
import { useForm } from '../../../forms/use-form.ts';

/** Lines in a batch that a new configuration begins with; every other default is the schema's. */
const DEFAULT_SIZE = 1_000;
const DEFAULT_ORDERING: Ordering = 'USER';

/** What stands in the fields of a configuration; of a new one without. */
export function batchingValues(present: BatchingConfiguration | null) {
  return {
    enable_batching: present?.enable_batching ?? true,
    batch_flush_max_size: String(present?.batch_flush_max_size ?? DEFAULT_SIZE),
    batch_flush_max_bytes: String(present?.batch_flush_max_bytes ?? batchingLimits.defaultBytes),
    batch_flush_max_age_ms: String(present?.batch_flush_max_age_ms ?? batchingLimits.defaultAgeMs),
    ordering: present?.ordering ?? DEFAULT_ORDERING,
  };
}
type BatchingValues = ReturnType<typeof batchingValues>;

/** What stands in the fields, as the platform's schema wants it. */
export const readBatching =
  (versionId: string) =>
  (values: BatchingValues): Record<keyof BatchingConfiguration, unknown> => ({
    plugin_version_id: versionId,
    enable_batching: values.enable_batching,
    batch_flush_max_size: numberOrNone(values.batch_flush_max_size),
    // The schema has a default for each; a field that was emptied is a fault all the same, lest something else be saved
    // than what is seen.
    batch_flush_max_bytes: numberOrNone(values.batch_flush_max_bytes) ?? '',
    batch_flush_max_age_ms: numberOrNone(values.batch_flush_max_age_ms) ?? '',
    ordering: values.ordering,
  });

/** Whether two configurations say the same. */
export const isSameBatching = (one: BatchingConfiguration, other: BatchingConfiguration): boolean =>
  JSON.stringify(batchingValues(one)) === JSON.stringify(batchingValues(other));

/** The limits and the order of a configuration, whatever version they are for. */
export function policyOf({ plugin_version_id: _, ...policy }: BatchingConfiguration): BatchingPolicy {
  return policy;
}

export const useBatchingForm = (versionId: string, initial: BatchingValues) =>
  useForm({
    schema: batchingConfigurationSchema,
    initial,
    read: readBatching(versionId),
  });
export type BatchingForm = ReturnType<typeof useBatchingForm>;
