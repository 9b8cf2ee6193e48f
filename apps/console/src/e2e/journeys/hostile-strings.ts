import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { type TextKey, t } from '../../texts/text.ts';
import { button, field, press } from '../by-text.ts';
import { hostile, hostileAnswers } from '../hostile.ts';
import { places } from '../places.ts';
import { injected, settled, show } from '../watch-page.ts';
import type { World } from '../world.ts';

const { markup, bidi, long } = hostile;
/** As long as names may be. */
const name = `${markup} ${bidi} ${long}`.slice(0, 255).replaceAll('\u0000', '');

/** Where forms are, and what opens those that are in dialogs. */
const forms: readonly (readonly [place: string, opens?: TextKey])[] = [
  ['plugins'],
  ['plugins', 'plugins.create.action'],
  ['plugin', 'plugins.newVersion.action'],
  ['properties', 'plugins.version.editAddress'],
  ['batching', 'batching.create'],
  ['throttling', 'plugins.throttling.add'],
  ['version-feeds', 'plugins.feeds.create'],
  ['feeds'],
  ['batches'],
  ['users'],
  ['first-run'],
];

/** Whatever anybody writes is text. */
export const hostileStrings = (world: World): void => {
  it('delivers for a hostile plugin, and finds its hostile user', async () => {
    const { stage } = world;
    world.hostileFeedId = await world.addFeed('hostile-feed', hostileAnswers, name);
    const ofFeed = `/audience_segment_external_feeds/${world.hostileFeedId}`;
    const value = { property_type: 'STRING', value: { value: `${markup}${bidi}` } };
    await stage.operator.call('PUT', `${ofFeed}/properties/technical_name=hostile`, value);
    const update = (operation: string) =>
      JSON.stringify({ operation, user_identifiers: [{ type: 'USER_POINT', user_point_id: markup }] });
    await stage.operator.send(world.hostileFeedId, `${update('UPSERT')}\n${update('DELETE')}\n`);
    await expect
      .poll(() => stage.operator.call(`GET`, `${ofFeed}/ledger`), { timeout: 15_000 })
      .toMatchObject({ lines: { delivered: 3, dead: 3 } });

    const page = await stage.page();
    await show(page, '/console/users');
    await field(page, 'users.user').fill(markup);
    await press(page, 'users.submit');
    await page.getByText(t('users.known', { count: 1 })).waitFor();
    expect(await injected(page)).toEqual([]);
  });

  it('takes hostile strings in every field', async () => {
    const { stage } = world;
    const page = await stage.page();
    const addresses = await places(stage.operator, world.hostileFeedId);
    for (const [place, opens] of forms) {
      await show(page, addresses[place]!);
      if (opens) await button(page, opens).first().click();
      for (const text of [markup, bidi, long]) await fillAll(page, text);
      expect(await injected(page), place).toEqual([]);
      // What was typed is nobody's; a dialog keeps the page below from being gone to.
      await page.keyboard.press('Escape');
    }
  });
};

/** Fills every field in sight and sends the form. */
async function fillAll(page: Page, text: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  const form = (await dialog.count()) > 0 ? dialog : page.locator('main');
  const fields = form.locator('input:is([type=text],[type=search],[type=password]):visible:enabled, textarea:visible');
  const count = await fields.count();
  expect(count).toBeGreaterThan(0);
  for (let index = 0; index < count; index += 1) await fields.nth(index).fill(text);
  await fields.nth(count - 1).press('Enter');
  await settled(page);
}
