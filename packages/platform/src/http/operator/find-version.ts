import type { PluginResource, VersionResource } from '@batchfeed/schemas';
import { z } from 'zod';
import type { Configuration } from '../../config/configuration.ts';
import { found } from '../../platform-error.ts';

export const pluginParams = { plugin_id: z.string() };
/** A version goes by its id or by its name, such as `1.0.0`. */
export const versionParams = { ...pluginParams, version_id: z.string() };

export function findPlugin({ plugins }: Configuration, { plugin_id }: { plugin_id: string }): PluginResource {
  return found(plugins.get(plugin_id), `plugin ${plugin_id}`);
}

export function findVersion(
  configuration: Configuration,
  params: { plugin_id: string; version_id: string },
): VersionResource {
  const plugin = findPlugin(configuration, params);
  return found(
    configuration.versions.get(plugin.id, params.version_id),
    `version ${params.version_id} of plugin ${plugin.id}`,
  );
}
