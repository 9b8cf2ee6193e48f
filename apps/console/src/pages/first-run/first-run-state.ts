import type {
  BatchingConfigurationResource,
  FeedResource,
  FeedStatus,
  PluginResource,
  VersionResource,
  WorkerCredentialsResource,
} from '@batchfeed/schemas';

/** The steps of the first run, in order. What is done is read from the platform, so it survives leaving the page. */
export const firstRunSteps = ['plugin', 'credentials', 'connect', 'batching', 'feed', 'activate', 'send'] as const;
export type FirstRunStep = (typeof firstRunSteps)[number];

/** What there is of the run so far. */
export interface FirstRunState {
  readonly plugin?: PluginResource | undefined;
  readonly version?: VersionResource | undefined;
  readonly workers?: readonly WorkerCredentialsResource[] | undefined;
  readonly batching?: BatchingConfigurationResource | null | undefined;
  readonly feed?: FeedResource | undefined;
}

const activeStatuses: readonly FeedStatus[] = ['ACTIVE', 'INITIAL_LOADING', 'LIVE'];

const isDone: Readonly<Record<FirstRunStep, (state: FirstRunState) => boolean>> = {
  plugin: ({ plugin, version }) => plugin !== undefined && version !== undefined,
  // A plugin that is connected has its credentials from somewhere.
  credentials: ({ workers, version }) => (workers?.length ?? 0) > 0 || version?.base_url !== undefined,
  connect: ({ version }) => version?.base_url !== undefined && version.status === 'ACTIVE',
  batching: ({ batching }) => batching !== null && batching !== undefined,
  feed: ({ feed }) => feed !== undefined,
  activate: ({ feed }) => feed !== undefined && activeStatuses.includes(feed.status),
  // The last one goes on for as long as one likes.
  send: () => false,
};

/** The first step that is not done. */
export function currentStep(state: FirstRunState): FirstRunStep {
  return firstRunSteps.find((step) => !isDone[step](state)) ?? 'send';
}
