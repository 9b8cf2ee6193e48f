import {
  type BatchingConfiguration,
  type BatchingConfigurationResource,
  type BatchingPolicy,
  batchingConfigurationResourceSchema,
  batchingEffectSchema,
  policyPreviewSchema,
} from '@batchfeed/schemas';
import { skipToken, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getAll, getTagged, send, sendOnly, type Tagged } from './client.ts';
import { type VersionRef, versionPath } from './version-path.ts';

/** The batching configuration of a plugin version: at most one. */

const listPath = (version: VersionRef) => `${versionPath(version)}/batching_configurations`;
const onePath = (version: VersionRef, id: string) => `${listPath(version)}/${encodeURIComponent(id)}`;
const keyOf = ({ pluginId, versionId }: VersionRef) => ['plugins', pluginId, 'versions', versionId, 'batching'];

async function readConfiguration(
  version: VersionRef,
  signal: AbortSignal,
): Promise<Tagged<BatchingConfigurationResource> | null> {
  const [present] = await getAll(listPath(version), batchingConfigurationResourceSchema, { signal });
  if (present === undefined) return null;
  return getTagged(onePath(version, present.id), batchingConfigurationResourceSchema, { signal });
}

/** The configuration with its tag, or null where there is none. */
export const useBatching = (version: VersionRef, enabled = true) =>
  useQuery({ queryKey: keyOf(version), queryFn: ({ signal }) => readConfiguration(version, signal), enabled });

/** Creates the configuration, or changes it where `present` is given; refused when somebody else changed it meanwhile. */
export function useSaveBatching(version: VersionRef) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({
      body,
      present,
    }: {
      body: BatchingConfiguration;
      present: Tagged<BatchingConfigurationResource> | null;
    }) =>
      present === null
        ? send('POST', listPath(version), batchingConfigurationResourceSchema, { body })
        : send('PUT', onePath(version, present.value.id), batchingConfigurationResourceSchema, {
            body,
            ...(present.etag === undefined ? {} : { ifMatch: present.etag }),
          }),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(version) }),
  });
}

export function useDeleteBatching(version: VersionRef) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => sendOnly('DELETE', onePath(version, id)),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(version) }),
  });
}

/** What a policy would seal at once, were it the configuration. Nothing is asked without a policy. */
export const useBatchingEffect = (version: VersionRef, policy: BatchingPolicy | undefined) =>
  useQuery({
    queryKey: [...keyOf(version), 'effect', policy],
    queryFn: policy
      ? ({ signal }) => send('POST', `${listPath(version)}/effect`, batchingEffectSchema, { body: policy, signal })
      : skipToken,
    staleTime: 0,
    placeholderData: (before) => before,
  });

/** Tries a policy on the lines a feed got of late. */
export const usePolicyPreview = (version: VersionRef) =>
  useMutation({
    mutationFn: (body: { feed_id: string; policy: BatchingPolicy }) =>
      send('POST', `${versionPath(version)}/policy_preview`, policyPreviewSchema, { body }),
  });
