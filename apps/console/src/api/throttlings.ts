import { type Throttling, type ThrottlingResource, throttlingResourceSchema } from '@batchfeed/schemas';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getAll, send, sendOnly } from './client.ts';
import { type VersionRef, versionPath } from './version-path.ts';

/** Limits on the calls of a plugin version. */

const listPath = (version: VersionRef) => `${versionPath(version)}/throttlings`;
const keyOf = ({ pluginId, versionId }: VersionRef) => ['plugins', pluginId, 'versions', versionId, 'throttlings'];

export const useThrottlings = (version: VersionRef) =>
  useQuery({
    queryKey: keyOf(version),
    queryFn: ({ signal }) => getAll(listPath(version), throttlingResourceSchema, { signal }),
  });

/** Creates a throttling, or changes the one with that id. */
export function useSaveThrottling(version: VersionRef) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id?: string | undefined; body: Throttling }): Promise<ThrottlingResource> =>
      id === undefined
        ? send('POST', listPath(version), throttlingResourceSchema, { body })
        : send('PUT', `${listPath(version)}/${encodeURIComponent(id)}`, throttlingResourceSchema, { body }),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(version) }),
  });
}

export function useDeleteThrottling(version: VersionRef) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => sendOnly('DELETE', `${listPath(version)}/${encodeURIComponent(id)}`),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(version) }),
  });
}
