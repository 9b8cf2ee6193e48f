import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { places } from '../places.ts';
import { injected, show } from '../watch-page.ts';
import type { World } from '../world.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** The narrowest phones there are. */
const narrow = { width: 375, height: 800 };
const wide = { width: 1280, height: 800 };

/** What holds of every page, even of one full of hostile texts. */
export const everyPage = (world: World): void => {
  it('shows every text as text, has no serious violation of accessibility in light and dark, and fits 375 pixels, on every page', async () => {
    const { stage } = world;
    const page = await stage.newPage({ viewport: wide });
    const found: string[] = [];
    await show(page, '/console/');
    found.push(...(await faults(page, 'sign-in')));
    await stage.signIn(page, stage.token);
    for (const [name, address] of Object.entries(await places(stage.operator, world.hostileFeedId))) {
      await show(page, address);
      found.push(...(await faults(page, name)));
    }
    await page.context().close();
    expect(found).toEqual([]);
  });
};

async function faults(page: Page, name: string): Promise<string[]> {
  const found = (await injected(page)).map((html) => `${name}: ${html}`);
  if (await page.evaluate(() => !('axe' in globalThis))) await page.evaluate(axeSource);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await still(page);
    found.push(...(await lasting(page)).map((what) => `${name}, ${colorScheme}: ${what}`));
  }
  await page.setViewportSize(narrow);
  await still(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > narrow.width) found.push(`${name}: ${width} pixels wide`);
  await page.setViewportSize(wide);
  return found;
}

/** What is wrong with the page and still is a moment later: a live list may be looked at while a row moves under another. */
async function lasting(page: Page): Promise<string[]> {
  const first = await violations(page);
  if (first.length === 0) return first;
  await page.waitForTimeout(500);
  await still(page);
  return violations(page);
}

const violations = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as { axe: typeof axe };
    const { violations } = await checker.run({ resultTypes: ['violations'] } as axe.RunOptions);
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  });

/** Two frames later, when sizes are known again and colours have arrived where they were going. */
const still = (page: Page) =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
    const moving = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(moving.map(({ finished }) => finished));
  });
