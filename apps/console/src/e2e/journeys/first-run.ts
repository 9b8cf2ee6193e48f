import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { t } from '../../texts/text.ts';
import { button, field, press } from '../by-text.ts';
import { SHOP_PASSWORD, type Stage } from '../stage.ts';
import type { World } from '../world.ts';

/** From an empty platform to the first delivered batch, with the example plugin. */
export const firstRun = (world: World): void => {
  it('guides a first run on an empty platform to the first delivered batch', async () => {
    const page = await world.stage.page();
    await world.stage.signIn(page, world.stage.token);
    await page.waitForURL('**/console/start');

    await press(page, 'firstRun.plugin.submit');
    await press(page, 'firstRun.credentials.issue');
    world.credentials = await shownCredentials(page);
    const plugin = await world.stage.stack.startPlugin(world.credentials, 0);
    await press(page, 'firstRun.credentials.next');

    await field(page, 'firstRun.connect.address').fill(plugin.url);
    await press(page, 'firstRun.connect.submit');
    await press(page, 'batching.create');
    await fillFeed(page, world.stage);
    await press(page, 'firstRun.feed.submit');
    await press(page, 'firstRun.activate.submit');
    await press(page, 'firstRun.send.submit');

    await page.getByText(t('firstRun.send.sent', { count: 10 })).waitFor();
    await page.getByText(t('firstRun.send.first')).waitFor();
    const href = await page.getByRole('link', { name: t('firstRun.send.openFeed') }).getAttribute('href');
    world.feedId = /\d+$/.exec(href ?? '')?.[0] ?? '';
    const { lines } = await world.ledger();
    expect(lines).toMatchObject({ accepted: 10, delivered: 10, dead: 0 });
  });
};

async function shownCredentials(page: Page) {
  const text = await page.getByRole('region', { name: t('plugins.credentials.environment') }).textContent();
  const variables = Object.fromEntries((text ?? '').split('\n').map((line) => line.split('=', 2) as [string, string]));
  return {
    workerId: variables.PLUGIN_WORKER_ID ?? '',
    workerToken: variables.PLUGIN_AUTHENTICATION_TOKEN ?? '',
  };
}

async function fillFeed(page: Page, { stack }: Stage): Promise<void> {
  await field(page, 'firstRun.feed.name').fill('Newsletter readers to the shop');
  await field(page, 'firstRun.feed.segment').fill('Newsletter readers');
  await field(page, 'firstRun.feed.datamart').fill('1');
  const properties = [
    ['shop_api_url', stack.shop.url],
    ['shop_api_user', 'batchfeed'],
    ['shop_api_password', SHOP_PASSWORD],
  ] as const;
  const names = field(page, 'firstRun.feed.propertyName');
  while ((await names.count()) < properties.length) await button(page, 'firstRun.feed.addProperty').click();
  for (const [index, [name, value]] of properties.entries()) {
    await names.nth(index).fill(name);
    // A password has no role of its own.
    await page.getByLabel(t('firstRun.feed.propertyValue'), { exact: true }).nth(index).fill(value);
  }
}
