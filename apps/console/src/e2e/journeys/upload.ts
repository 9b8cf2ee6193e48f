import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { t } from '../../texts/text.ts';
import { press, tab } from '../by-text.ts';
import { users } from '../users.ts';
import { show } from '../watch-page.ts';
import type { World } from '../world.ts';

const COUNT = 100_000;
/** People notice a page that does not answer for longer. */
const MAX_BUSY_MS = 200;

/** A whole segment at once. */
export const upload = (world: World): void => {
  it(`uploads ${COUNT} users while the page stays responsive`, async () => {
    const { stage } = world;
    // A plugin that makes no lines, so that it is the upload that keeps the machine busy and not a partner.
    const feedId = await world.addFeed('indifferent-feed', {}, 'Everybody');
    const file = join(stage.folder, 'segment.ndjson');
    // One line that is none, so that there is something to be rejected.
    writeFileSync(file, `${users(COUNT, 'uploaded')}{"operation":"UPSERT"}\n`);
    const page = await stage.page();
    await show(page, `/console/feeds/${feedId}/upload`);
    await page.locator('input[type=file]').setInputFiles(file);
    await observeLongTasks(page);
    await press(page, 'feed.upload.start');
    // The reader looks at something else meanwhile.
    await tab(page, 'feed.tab.statistics').click();
    await tab(page, 'feed.tab.upload').click();
    await page.getByText(t('feed.upload.done', { count: COUNT })).waitFor({ timeout: 60_000 });
    await page.getByRole('heading', { name: t('feed.upload.rejected', { count: 1 }) }).waitFor();
    expect(await longestTask(page)).toBeLessThan(MAX_BUSY_MS);
    expect((await world.ledger(feedId)).updates.accepted).toBe(COUNT);
  });
};

interface Observing {
  longestTask?: number;
}

const observeLongTasks = (page: Page) =>
  page.evaluate(() => {
    const seen = globalThis as Observing;
    seen.longestTask = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.longestTask = Math.max(seen.longestTask ?? 0, duration);
    }).observe({ type: 'longtask' });
  });

const longestTask = (page: Page) => page.evaluate(() => (globalThis as Observing).longestTask ?? Number.NaN);
