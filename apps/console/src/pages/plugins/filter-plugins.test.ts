import type { PluginResource, PluginType } from '@batchfeed/schemas';
import { expect, it } from 'vitest';
import { filterPlugins } from './filter-plugins.ts';

const plugin = (id: string, artifact_id: string, plugin_type: PluginType = 'ML_FUNCTION'): PluginResource => ({
  id,
  artifact_id,
  plugin_type,
  group_id: 'com.Example',
  organisation_id: '1',
  archived: false,
});
const plugins = [plugin('9', 'shop'), plugin('10', 'loyalty', 'EMAIL_ROUTER'), plugin('11', 'Shop-two')];
const found = (search: string, type: PluginType | '' = '') => filterPlugins(plugins, search, type).map(({ id }) => id);

it('finds every word in any name, in either case, newest first', () => {
  expect(found('')).toEqual(['11', '10', '9']);
  expect(found('SHOP example')).toEqual(['11', '9']);
  expect(found('10')).toEqual(['10']);
  expect(found('nobody')).toEqual([]);
});

it('narrows by type', () => {
  expect(found('', 'EMAIL_ROUTER')).toEqual(['10']);
  expect(found('shop', 'EMAIL_ROUTER')).toEqual([]);
});
