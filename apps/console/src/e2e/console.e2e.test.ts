import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { findBrowser, NO_BROWSER } from './find-browser.ts';
import { deadLetters } from './journeys/dead-letters.ts';
import { everyPage } from './journeys/every-page.ts';
import { firstRun } from './journeys/first-run.ts';
import { hostileStrings } from './journeys/hostile-strings.ts';
import { keyboard } from './journeys/keyboard.ts';
import { outage } from './journeys/outage.ts';
import { roles } from './journeys/roles.ts';
import { seedPath } from './journeys/seed-path.ts';
import { upload } from './journeys/upload.ts';
import { Stage } from './stage.ts';
import { World } from './world.ts';

/** The built console in a real browser, over a real platform, plugin and shop. Each journey begins where the last ended. */

const browserPath = findBrowser();
if (browserPath === undefined) console.warn(`Skipped: ${NO_BROWSER}`);

describe.skipIf(browserPath === undefined)('the console in a browser', () => {
  const world = new World();

  beforeAll(async () => {
    world.stage = await Stage.open(browserPath!);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await world.stage.picture(task.name.split(' ', 4).join('-'));
    expect(world.stage.problems.splice(0)).toEqual([]);
  });
  afterAll(() => world.end());

  firstRun(world);
  seedPath(world);
  outage(world);
  deadLetters(world);
  hostileStrings(world);
  everyPage(world);
  roles(world);
  keyboard(world);
  upload(world);
});
