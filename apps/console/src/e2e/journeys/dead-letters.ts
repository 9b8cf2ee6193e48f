import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { t } from '../../texts/text.ts';
import { press } from '../by-text.ts';
import { users } from '../users.ts';
import { settled } from '../watch-page.ts';
import type { World } from '../world.ts';

/** What the shop refused is sent again. */
export const deadLetters = (world: World): void => {
  it('shows what was refused and why, and sends one and then all of it again', async () => {
    const { stage, feedId } = world;
    const page = await stage.page();
    await stage.harmShop([{ kind: '308', times: 1_000 }]);
    await stage.operator.send(feedId, users(30, 'refused'));
    await expect.poll(async () => (await world.ledger()).lines.dead, { timeout: 15_000 }).toBe(30);
    await stage.harmShop([]);

    await page.goto(`/console/feeds/${feedId}/dead-letters`);
    await settled(page);
    await page
      .getByText(/REDIRECTED/)
      .first()
      .waitFor();
    const rows = page.getByRole('grid', { name: t('deadLetters.table'), exact: true }).getByRole('row');
    const count = (await rows.count()) - 1;
    expect(count).toBeGreaterThan(1);

    await rows.nth(1).getByRole('checkbox').check();
    await press(page, 'deadLetters.replaySelected');
    await confirm(page, 1);
    await expect.poll(() => rows.count()).toBe(count);

    await press(page, 'deadLetters.replayAll');
    await confirm(page, count - 1);
    await page.getByText(t('deadLetters.noneTitle')).waitFor();
    await expect.poll(async () => (await world.ledger()).lines.dead, { timeout: 15_000 }).toBe(0);
    await expect.poll(async () => (await world.ledger()).lines.in_flight, { timeout: 15_000 }).toBe(0);
    await page.getByText(t('audit.action.replay')).first().waitFor();
  });
};

const confirm = (page: Page, count: number) =>
  page
    .getByRole('alertdialog')
    .getByRole('button', { name: t('deadLetters.confirm.submit', { count }) })
    .click();
