import { expect, it } from 'vitest';
import { t } from '../../texts/text.ts';
import { users } from '../users.ts';
import { settled } from '../watch-page.ts';
import type { World } from '../world.ts';

/** The plugin goes away and comes back. */
export const outage = (world: World): void => {
  it('shows a plugin that went away, says why and what waits, and shows its return', async () => {
    const { stage } = world;
    const page = await stage.page();
    await page.goto(`/console/feeds/${world.feedId}`);
    await settled(page);
    await page.getByText(t('feed.circuit.closed')).waitFor();

    const port = stage.stack.plugin!.port;
    await stage.stack.plugin!.stop();
    await stage.operator.send(world.feedId, users(40, 'outage'));
    await page.getByText(t('feeds.away'), { exact: true }).waitFor();
    await page.getByText(/refuses connections/).waitFor();
    // The bar adds up although nothing moves.
    await page
      .getByText(t('common.balanced', { total: 50 }))
      .first()
      .waitFor();
    expect((await world.ledger()).updates).toMatchObject({ accepted: 50, delivered: 10, dead: 0 });

    await stage.stack.startPlugin(world.credentials, port);
    await page.getByText(t('feed.circuit.closed')).waitFor();
    await expect.poll(async () => (await world.ledger()).lines.delivered, { timeout: 15_000 }).toBe(50);
    await expect.poll(() => page.getByText(t('feeds.away'), { exact: true }).count()).toBe(0);
  });
};
