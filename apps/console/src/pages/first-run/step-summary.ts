import { formatCount } from '../../format/numbers.ts';
import { formatDuration } from '../../format/times.ts';
import { t } from '../../texts/text.ts';
import type { FirstRunState, FirstRunStep } from './first-run-state.ts';

const summaries: Readonly<Record<FirstRunStep, (state: FirstRunState) => string | undefined>> = {
  plugin: ({ plugin, version }) =>
    plugin && version && t('firstRun.plugin.summary', { plugin: plugin.artifact_id, version: version.version_id }),
  credentials: ({ workers }) => workers && t('firstRun.credentials.summary', { count: workers.length }),
  connect: ({ version }) => version?.base_url && t('firstRun.connect.summary', { address: version.base_url }),
  batching: ({ batching }) =>
    batching?.enable_batching
      ? t('firstRun.batching.summary', {
          size: formatCount(batching.batch_flush_max_size),
          age: formatDuration(batching.batch_flush_max_age_ms),
        })
      : t('firstRun.batching.off'),
  feed: ({ feed }) => feed?.name,
  activate: () => t('firstRun.activate.summary'),
  send: () => undefined,
};

/** What came of a step that is done, in a few words. */
export const stepSummary = (step: FirstRunStep, state: FirstRunState): string | undefined => summaries[step](state);
