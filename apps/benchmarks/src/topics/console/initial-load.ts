import type { Page } from 'playwright-core';
import { figureOf } from '../../figure.ts';
import { interleave } from '../../interleave.ts';
import { type ConsolePart, type ConsoleUnderTest, signedIn } from './parts.ts';

interface Load {
  readonly javaScriptKb: number;
  readonly interactiveMs: number;
}

/** Where readers come in: the list of plugins, and the heaviest page there is, by its charts. */
const entrances = { plugins: () => '/console/', feed: ({ feedId }: ConsoleUnderTest) => `/console/feeds/${feedId}` };

/** What a first visit with an empty cache costs: JavaScript over the wire, and time until a click does something. */
export const initialLoad: ConsolePart = async (console, { say }) => {
  say('opening the console with an empty cache');
  const kilobytes: Record<keyof typeof entrances, number[]> = { plugins: [], feed: [] };
  const variant = (name: keyof typeof entrances) => async (round: number) => {
    const load = await open(console, entrances[name](console));
    if (round > 0) kilobytes[name].push(load.javaScriptKb);
    return load.interactiveMs;
  };
  const ms = await interleave({ plugins: variant('plugins'), feed: variant('feed') });
  return (['plugins', 'feed'] as const).flatMap((name) => [
    figureOf(`console: JavaScript of a first visit, ${name}`, kilobytes[name], {
      unit: 'KB',
      bound: { is: '<=', limit: 250 },
      detail: 'compressed, as it came over the wire, headers included',
    }),
    figureOf(`console: first visit until interactive, ${name}`, ms[name], {
      unit: 'ms',
      bound: { is: '<=', limit: 1_000 },
      detail: 'empty cache, warm platform; the data is shown and the page has drawn it',
    }),
  ]);
};

const open = async (console: ConsoleUnderTest, address: string): Promise<Load> => {
  const context = await signedIn(console);
  const page = await context.newPage();
  const javaScriptBytes = await countJavaScript(page);
  await page.goto(address, { waitUntil: 'commit' });
  await page.locator('nav a').first().waitFor();
  await page.locator('#page-title').waitFor();
  await page.locator('.loading').waitFor({ state: 'detached' });
  // By the page's own clock, which began with the navigation: the main thread is free again, and what it made was drawn.
  const interactiveMs = (await page.evaluate(
    'new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))))',
  )) as number;
  const load = { javaScriptKb: javaScriptBytes() / 1_000, interactiveMs };
  await context.close();
  return load;
};

/** Counts the bytes of scripts as they came over the wire. */
const countJavaScript = async (page: Page): Promise<() => number> => {
  const session = await page.context().newCDPSession(page);
  const scripts = new Set<string>();
  let bytes = 0;
  session.on('Network.responseReceived', ({ requestId, response }) => {
    if (/javascript/.test(response.mimeType)) scripts.add(requestId);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  await session.send('Network.enable');
  return () => bytes;
};
