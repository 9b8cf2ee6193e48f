import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { useBatching } from '../../api/batching.ts';
import { useFeedResource } from '../../api/feed-setup.ts';
import { usePlugin, useVersion } from '../../api/plugins.ts';
import { useWorkers } from '../../api/worker-credentials.ts';
import type { FirstRunState } from './first-run-state.ts';

/** Which plugin, version and feed the run is about: in the address, so that it can be left and come back to. */
interface RunIds {
  readonly plugin?: string;
  readonly version?: string;
  readonly feed?: string;
}

/** What there is of the run, as read from the platform, and how to say what it is about. */
export function useFirstRun() {
  const [startedFor, setStartedFor] = useState<string>();
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const pluginId = params.get('plugin') ?? undefined;
  const versionId = params.get('version') ?? undefined;
  const feedId = params.get('feed') ?? undefined;
  const ref = { pluginId: pluginId ?? '', versionId: versionId ?? '' };
  const known = pluginId !== undefined && versionId !== undefined;

  const plugin = usePlugin(ref.pluginId, known);
  const version = useVersion(ref.pluginId, ref.versionId, known);
  const workers = useWorkers(ref, known);
  const batching = useBatching(ref, known);
  const feed = useFeedResource(feedId);

  const state: FirstRunState = {
    plugin: plugin.data,
    version: version.data?.value,
    workers: workers.data,
    batching: batching.data === null ? null : batching.data?.value,
    feed: feed.data,
  };
  const needed = [...(known ? [plugin, version, workers, batching] : []), ...(feedId === undefined ? [] : [feed])];
  return {
    ref,
    state,
    isLoading: needed.some((query) => query.isPending),
    failed: needed.find((query) => query.isError && query.data === undefined),
    /**
     * Credentials are there as soon as they are issued, but their token is shown only now: the next step must wait until
     * the reader has kept it. A plugin that is connected has it.
     */
    mustKeepToken: version.data !== undefined && version.data.value.base_url === undefined && startedFor !== versionId,
    confirmStarted: () => setStartedFor(versionId),
    setIds: (ids: RunIds) => {
      const next = new URLSearchParams(params);
      for (const [name, id] of Object.entries(ids)) next.set(name, id);
      void navigate({ search: next.toString() }, { replace: true });
    },
    restart: () => void navigate({ search: '' }),
  };
}
export type FirstRun = ReturnType<typeof useFirstRun>;
