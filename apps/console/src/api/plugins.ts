import {
  type CreatePlugin,
  type CreateVersion,
  checkPluginSchema,
  type PluginCheck,
  type PluginResource,
  pluginCheckSchema,
  pluginResourceSchema,
  type UpdateVersion,
  type VersionResource,
  versionResourceSchema,
} from '@batchfeed/schemas';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getAll, getOne, getTagged, path, send } from './client.ts';

/** Plugins and their versions. */

export const usePlugins = () =>
  useQuery({ queryKey: ['plugins'], queryFn: ({ signal }) => getAll('/plugins', pluginResourceSchema, { signal }) });

export const usePlugin = (pluginId: string) =>
  useQuery({
    queryKey: ['plugins', pluginId],
    queryFn: ({ signal }) => getOne(path`/plugins/${pluginId}`, pluginResourceSchema, { signal }),
  });

export const useVersions = (pluginId: string) =>
  useQuery({
    queryKey: ['plugins', pluginId, 'versions'],
    queryFn: ({ signal }) => getAll(path`/plugins/${pluginId}/versions`, versionResourceSchema, { signal }),
  });

/** A version with its tag. */
export const useVersion = (pluginId: string, versionId: string) =>
  useQuery({
    queryKey: ['plugins', pluginId, 'versions', versionId],
    queryFn: ({ signal }) =>
      getTagged(path`/plugins/${pluginId}/versions/${versionId}`, versionResourceSchema, { signal }),
  });

export function useCreatePlugin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CreatePlugin): Promise<PluginResource> =>
      send('POST', '/plugins', pluginResourceSchema, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['plugins'] }),
  });
}

export function useCreateVersion(pluginId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Pick<CreateVersion, 'version_id' | 'base_url'>): Promise<VersionResource> =>
      send('POST', path`/plugins/${pluginId}/versions`, versionResourceSchema, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['plugins'] }),
  });
}

export function useUpdateVersion(pluginId: string, versionId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ etag, ...body }: UpdateVersion & { etag?: string | undefined }): Promise<VersionResource> =>
      send('PUT', path`/plugins/${pluginId}/versions/${versionId}`, versionResourceSchema, {
        body,
        ...(etag === undefined ? {} : { ifMatch: etag }),
      }),
    onSettled: () => client.invalidateQueries({ queryKey: ['plugins'] }),
  });
}

/** Asks a plugin whether it is there. */
export const useCheckPlugin = () =>
  useMutation({
    mutationFn: (baseUrl: string): Promise<PluginCheck> =>
      send('POST', '/plugins/check', pluginCheckSchema, { body: checkPluginSchema.parse({ base_url: baseUrl }) }),
  });
