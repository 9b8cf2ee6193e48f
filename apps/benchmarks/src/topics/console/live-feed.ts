import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import { figureOf, type MeasuredFigure } from '../../figure.ts';
import { minimumRounds } from '../../interleave.ts';
import { type ConsolePart, type ConsoleUnderTest, signedIn } from './parts.ts';

const EVENTS_PER_SECOND = 500;
const SECONDS = 5;

/** The pages that change while updates come in. */
const pages = {
  feeds: () => '/console/feeds',
  feed: ({ feedId }: ConsoleUnderTest) => `/console/feeds/${feedId}`,
  batches: ({ feedId }: ConsoleUnderTest) => `/console/feeds/${feedId}/batches`,
};

/** How much of a core the page takes with 500 updates a second arriving. */
export const liveFeed: ConsolePart = async (console, { say, signal }) => {
  const context = await signedIn(console);
  const figures: MeasuredFigure[] = [];
  for (const [name, address] of Object.entries(pages)) {
    say(`watching ${name} with ${EVENTS_PER_SECOND} updates a second arriving`);
    const page = await context.newPage();
    await page.goto(address(console));
    await page.locator('[role=status] .pill').first().waitFor();
    const shares: number[] = [];
    for (let round = 0; round <= minimumRounds; round += 1) {
      signal.throwIfAborted();
      const share = await measure(console, page, `${name}-${round}`);
      if (round > 0) shares.push(share);
    }
    await page.close();
    figures.push(
      figureOf(`console: CPU of the page ${name} at ${EVENTS_PER_SECOND} updates/s`, shares, {
        unit: '% of a core',
        bound: { is: '<=', limit: 30 },
        detail: `the renderer's process time over ${SECONDS} s, with headless drawing in it`,
      }),
    );
  }
  await context.close();
  return figures;
};

const measure = async (console: ConsoleUnderTest, page: Page, name: string): Promise<number> => {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = await processTime(session);
  const started = performance.now();
  for (let tenth = 0; tenth < SECONDS * 10; tenth += 1) {
    await console.operator.push(console.feedId, updates(`${name}-${tenth}`, EVENTS_PER_SECOND / 10));
    // By the clock, so that a slow push is made up for.
    await sleep(Math.max(0, started + (tenth + 1) * 100 - performance.now()));
  }
  const seconds = (performance.now() - started) / 1_000;
  const share = ((await processTime(session)) - before) / seconds;
  await session.detach();
  return share * 100;
};

/** CPU seconds of the page's process so far, all of its threads. */
const processTime = async (session: CDPSession): Promise<number> => {
  const { metrics } = await session.send('Performance.getMetrics');
  const metric = metrics.find(({ name }) => name === 'ProcessTime');
  if (metric === undefined) throw new Error('this browser does not tell the CPU time of a page');
  return metric.value;
};

function* updates(name: string, count: number): Iterable<string> {
  for (let index = 0; index < count; index += 1) {
    const identifier = { type: 'USER_POINT', user_point_id: `${name}-${index}` };
    yield `${JSON.stringify({ operation: 'UPSERT', user_identifiers: [identifier] })}\n`;
  }
}
