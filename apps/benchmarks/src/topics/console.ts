import { findBrowser, NO_BROWSER } from '@batchfeed/app-console/browser';
import { chromium } from 'playwright-core';
import type { MeasuredFigure } from '../figure.ts';
import type { Topic } from '../topic.ts';
import { initialLoad } from './console/initial-load.ts';
import { liveFeed } from './console/live-feed.ts';
import { Operator } from './platform/operator.ts';
import { startPlatform, startPlugin } from './platform/processes.ts';

/** The console in a real browser, served by a platform that has been used before. */
export const consoleTopic: Topic = async (context) => {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error(NO_BROWSER);
  const [platform, plugin] = await Promise.all([startPlatform(), startPlugin()]);
  const operator = new Operator(platform);
  const browser = await chromium.launch({ executablePath });
  try {
    await operator.register(plugin.url, 200);
    const feed = await operator.feed();
    const console = { browser, platform, operator, feedId: feed.id };
    const figures: MeasuredFigure[] = [];
    for (const part of [initialLoad, liveFeed]) figures.push(...(await part(console, context)));
    return figures;
  } finally {
    await browser.close();
    await operator.close();
    await platform.stop();
    await plugin.stop();
  }
};
