import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { t } from '../../texts/text.ts';
import { button, field, tab } from '../by-text.ts';
import { settled } from '../watch-page.ts';
import type { World } from '../world.ts';

/** Without a mouse. */
export const keyboard = (world: World): void => {
  it('leads by keyboard alone from sign-in to a saved configuration and a paused feed', async () => {
    const { stage } = world;
    const page = await stage.newPage();
    await page.goto('/console/');
    await expect.poll(() => isFocused(field(page, 'session.signIn.token'))).toBe(true);
    await page.keyboard.type(stage.token);
    await page.keyboard.press('Enter');

    await follow(page, page.getByRole('link', { name: t('common.navigation.plugins'), exact: true }));
    await openRow(page, 'crm-feed');
    await openRow(page, '2.1.0');
    await tabTo(page, tab(page, 'plugins.version.tab.properties'));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await tabTo(page, field(page, 'batching.field.size'));
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('300');
    await page.keyboard.press('Enter');
    await page.getByText(t('batching.saved')).waitFor();

    await follow(page, page.getByRole('link', { name: t('common.navigation.feeds'), exact: true }));
    await openRow(page, 'Newsletter readers to the shop');
    await tabTo(page, page.getByRole('button', { name: t('feed.deed.pause.label'), exact: true }));
    await page.keyboard.press('Enter');
    // The question has the focus, and what it asks is one key away.
    const confirm = button(page.getByRole('alertdialog'), 'feed.deed.pause.label');
    await tabTo(page, confirm);
    await page.keyboard.press('Enter');
    await page.getByText(t('feeds.status.PAUSED'), { exact: true }).waitFor();
    await tabTo(page, button(page, 'feed.deed.resume.label'));
    await page.keyboard.press('Enter');
    await tabTo(page, button(page.getByRole('alertdialog'), 'feed.deed.resume.label'));
    await page.keyboard.press('Enter');
    await page.getByText(t('feeds.status.PAUSED'), { exact: true }).waitFor({ state: 'detached' });
    await page.context().close();
  });
};

const isFocused = (target: Locator) => target.evaluate((element) => element === document.activeElement);

/** Presses Tab until the element has the focus, which must be seen. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let presses = 0; !(await isFocused(target)); presses += 1) {
    if (presses === 60) throw new Error(`the keyboard does not reach ${target}`);
    await page.keyboard.press('Tab');
  }
  const ring = await target.evaluate((element) => {
    const { outlineStyle, boxShadow } = getComputedStyle(element);
    return outlineStyle !== 'none' || boxShadow !== 'none';
  });
  expect(ring, `the focus of ${target} is seen`).toBe(true);
}

async function follow(page: Page, link: Locator): Promise<void> {
  await tabTo(page, link);
  await page.keyboard.press('Enter');
  await settled(page);
}

/** Goes to the table, down to the row, and opens it. */
async function openRow(page: Page, name: string): Promise<void> {
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
  await row.waitFor();
  await tabTo(page, page.locator('[role=row][tabindex="0"]'));
  for (let presses = 0; !(await isFocused(row)); presses += 1) {
    if (presses === 20) throw new Error(`the arrow keys do not reach ${name}`);
    await page.keyboard.press('ArrowDown');
    // The focus follows when the row is there.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: new RegExp(name), level: 1 }).waitFor();
  await settled(page);
}
