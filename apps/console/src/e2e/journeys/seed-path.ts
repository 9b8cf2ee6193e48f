import { expect, it } from 'vitest';
import { t } from '../../texts/text.ts';
import { button, field, go, press, select, tab } from '../by-text.ts';
import type { World } from '../world.ts';

/** Plugins > the plugin > the version > Batching configuration > create. */
export const seedPath = (world: World): void => {
  it('leads from Plugins to a saved batching configuration, and shows it again', async () => {
    const page = await world.stage.page();
    await go(page, 'common.navigation.plugins');
    await press(page, 'plugins.create.action');
    await field(page, 'plugins.create.group').fill('com.example');
    await field(page, 'plugins.create.artifact').fill('crm-feed');
    await press(page, 'plugins.create.submit');
    await page.getByRole('heading', { name: 'crm-feed', level: 1 }).waitFor();
    await press(page, 'plugins.newVersion.action');
    await field(page, 'plugins.newVersion.number').fill('2.1.0');
    await press(page, 'plugins.newVersion.submit');

    await go(page, 'common.navigation.plugins');
    await page.getByRole('link', { name: 'crm-feed' }).click();
    await page.getByRole('link', { name: '2.1.0' }).click();
    await tab(page, 'plugins.version.tab.batching').click();
    await press(page, 'batching.create');

    // It is checked while it is typed, and nothing wrong is sent.
    const size = field(page, 'batching.field.size');
    await size.fill('0');
    await page.getByText(t('common.fault.tooSmall', { limit: 1 })).waitFor();
    await size.fill('250');
    await field(page, 'batching.field.age').fill('30000');
    const ordering = select(page, 'batching.field.ordering');
    await expect.poll(() => ordering.inputValue()).toBe('USER');
    await ordering.selectOption({ label: t('batching.ordering.GROUPING_KEY') });
    await page.getByText(t('batching.field.orderingHelp.GROUPING_KEY')).waitFor();
    await expect.poll(() => page.getByRole('region', { name: 'curl' }).textContent()).toContain('250');
    await press(page, 'batching.create');
    await page.getByText(t('batching.created')).waitFor();

    const [, pluginId, versionId] = /plugins\/(\d+)\/versions\/(\d+)/.exec(page.url()) ?? [];
    const saved = await world.stage.operator.call(
      'GET',
      `/plugins/${pluginId}/versions/${versionId}/batching_configurations`,
    );
    expect(JSON.stringify(saved)).toMatch(/"batch_flush_max_size":250\b.*"batch_flush_max_age_ms":30000\b/);
    expect(JSON.stringify(saved)).toContain('"ordering":"GROUPING_KEY"');

    await page.reload();
    await expect.poll(() => size.inputValue()).toBe('250');
    expect(await ordering.inputValue()).toBe('GROUPING_KEY');
    await button(page, 'batching.save').waitFor();
  });
};
