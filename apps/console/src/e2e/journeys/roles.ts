import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { TextKey } from '../../texts/text.ts';
import { say } from '../by-text.ts';
import { places } from '../places.ts';
import { show } from '../watch-page.ts';
import type { World } from '../world.ts';

/** All that a reader is offered: to look, to look for something, and to copy. */
const harmless: readonly TextKey[] = [
  'common.action.copy',
  'common.action.dismiss',
  'common.navigation.menu',
  'common.theme.system',
  'common.theme.light',
  'common.theme.dark',
  'session.signOut',
  'batches.one.copyId',
  'batches.filter.apply',
  'batching.effect.refresh',
  'batching.preview.run',
  'users.submit',
];

/** Who may only look. */
export const roles = (world: World): void => {
  it('offers a reader nothing that a reader may not do, and the platform refuses it all the same', async () => {
    const { stage } = world;
    const page = await stage.newPage();
    await stage.signIn(page, await stage.operator.issueToken('a reader', 'read'));
    const allowed = new Set(harmless.map(say));
    for (const address of Object.values(await places(stage.operator, world.hostileFeedId))) {
      await show(page, address);
      const names = await buttonNames(page);
      expect(
        names.filter((name) => !allowed.has(name)),
        address,
      ).toEqual([]);
    }
    const refused = await page.evaluate(async (feedId) => {
      const response = await fetch(`/v1/audience_segment_external_feeds/${feedId}/pause`, {
        method: 'POST',
        headers: { 'x-batchfeed-console': '1', 'content-type': 'application/json' },
        body: '{}',
      });
      return response.status;
    }, world.hostileFeedId);
    expect(refused).toBe(403);
    await page.context().close();
  });
};

/** Every button and every link that looks like one; the headers of tables and groups of letters only sort and filter. */
const buttonNames = (page: Page) =>
  page
    .locator(':is(button, a.button-primary, input[type=checkbox], input[type=file]):visible')
    .evaluateAll((elements) =>
      elements
        .filter((element) => !element.closest('[role=columnheader], .letter-groups, label'))
        .map((element) => (element.getAttribute('aria-label') ?? element.textContent ?? '').trim()),
    );
