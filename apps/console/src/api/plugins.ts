import {
  type CreatePlugin,
  type CreateVersion,
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
import type { VersionRef } from './version-path.ts';

/** Plugins and their versions. */

export const usePlugins = () =>
  useQuery({ queryKey: ['plugins'], queryFn: ({ signal }) => getAll('/plugins', pluginResourceSchema, { signal }) });

export const usePlugin = (pluginId: string, enabled = true) =>
  useQuery({
    queryKey: ['plugins', pluginId],
    queryFn: ({ signal }) => getOne(path`/plugins/${pluginId}`, pluginResourceSchema, { signal }),
    enabled,
  });

export const useVersions = (pluginId: string) =>
  useQuery({
    queryKey: ['plugins', pluginId, 'versions'],
    queryFn: ({ signal }) => getAll(path`/plugins/${pluginId}/versions`, versionResourceSchema, { signal }),
  });

/** A version with its tag. */
export const useVersion = (pluginId: string, versionId: string, enabled = true) =>
  useQuery({
    queryKey: ['plugins', pluginId, 'versions', versionId],
    queryFn: ({ signal }) =>
      getTagged(path`/plugins/${pluginId}/versions/${versionId}`, versionResourceSchema, { signal }),
    enabled,
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

/** A plugin of the one type that has feeds, with its first version. */
export function useStartPlugin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ version_id, ...plugin }: Omit<CreatePlugin, 'plugin_type'> & { version_id: string }) => {
      const { id } = await send('POST', '/plugins', pluginResourceSchema, {
        body: { ...plugin, plugin_type: 'AUDIENCE_SEGMENT_EXTERNAL_FEED' },
      });
      return send('POST', path`/plugins/${id}/versions`, versionResourceSchema, { body: { version_id } });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['plugins'] }),
  });
}

const checkPlugin = (baseUrl: string): Promise<PluginCheck> =>
  send('POST', '/plugins/check', pluginCheckSchema, { body: { base_url: baseUrl } });

/** Asks a plugin whether it is ready, and only then makes it the active version's. Answers what came of asking. */
export function useConnectPlugin({ pluginId, versionId }: VersionRef) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (baseUrl: string): Promise<PluginCheck> => {
      const check = await checkPlugin(baseUrl);
      if (check.problem !== null) return check;
      await send('PUT', path`/plugins/${pluginId}/versions/${versionId}`, versionResourceSchema, {
        body: { base_url: baseUrl, status: 'ACTIVE' },
      });
      return check;
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['plugins'] }),
  });
}

/** Asks a plugin whether it is there. */
export const useCheckPlugin = () => useMutation({ mutationFn: checkPlugin });
