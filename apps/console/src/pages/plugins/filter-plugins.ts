import type { PluginResource, PluginType } from '@batchfeed/schemas';

/** The plugins of that type (of any with '') whose names or id have every word that was typed, newest first. */
export function filterPlugins(
  plugins: readonly PluginResource[],
  search: string,
  type: PluginType | '',
): PluginResource[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return plugins
    .filter((plugin) => {
      const names = `${plugin.group_id} ${plugin.artifact_id} ${plugin.id}`.toLowerCase();
      return (type === '' || plugin.plugin_type === type) && words.every((word) => names.includes(word));
    })
    .sort((one, other) => Number(other.id) - Number(one.id));
}
