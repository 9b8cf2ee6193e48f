import { workerCredentialsResourceSchema, workerCredentialsSchema } from '@batchfeed/schemas';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getAll, send, sendOnly } from './client.ts';
import { type VersionRef, versionPath } from './version-path.ts';

/** What plugins authenticate with at the gateway. Tokens are in the answers to issue and rotate, and nowhere else ever. */

const listPath = (version: VersionRef) => `${versionPath(version)}/worker_credentials`;
const keyOf = ({ pluginId, versionId }: VersionRef) => ['plugins', pluginId, 'versions', versionId, 'workers'];

export const useWorkers = (version: VersionRef, enabled = true) =>
  useQuery({
    queryKey: keyOf(version),
    queryFn: ({ signal }) => getAll(listPath(version), workerCredentialsResourceSchema, { signal }),
    enabled,
  });

/** Forgotten at once when the page is left (`gcTime`), so that a token stays in memory no longer than it is shown. */
export function useIssueWorker(version: VersionRef) {
  const client = useQueryClient();
  return useMutation({
    gcTime: 0,
    mutationFn: () => send('POST', listPath(version), workerCredentialsSchema),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(version) }),
  });
}

export function useRotateWorker(version: VersionRef) {
  return useMutation({
    gcTime: 0,
    mutationFn: (workerId: string) =>
      send('POST', `${listPath(version)}/${encodeURIComponent(workerId)}/rotate`, workerCredentialsSchema),
  });
}

export function useRevokeWorker(version: VersionRef) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (workerId: string) => sendOnly('DELETE', `${listPath(version)}/${encodeURIComponent(workerId)}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(version) }),
  });
}
