import type { BrowserContext, ConsoleMessage, Page } from 'playwright-core';
import { t } from '../texts/text.ts';

/**
 * Collects what must never happen on a page of the console, whoever wrote the data it shows: a dialog, an error of a
 * script, anything the content security policy had to stop, a request to anybody but the platform.
 */
export async function watch(context: BrowserContext, origin: string, problems: string[]): Promise<void> {
  await context.exposeBinding('reportViolation', (_, what: string) => void problems.push(`policy: ${what}`));
  await context.addInitScript(() => {
    const { reportViolation } = globalThis as unknown as { reportViolation: (what: string) => void };
    document.addEventListener('securitypolicyviolation', (event) =>
      reportViolation(
        `${event.violatedDirective} ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}:${event.columnNumber}`,
      ),
    );
  });
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== origin) problems.push(`request to ${url.origin}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error' && !isRefusal(message)) problems.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => void problems.push(`script: ${error.error().message}`));
  context.on('dialog', (dialog) => {
    // The page's own question whether to leave is not one of somebody's script.
    if (dialog.type() !== 'beforeunload') problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
}

/** The browser itself writes down every answer that is not 2xx and every stream that broke; the page deals with those. */
const isRefusal = (message: ConsoleMessage) => message.text().startsWith('Failed to load resource');

/** Resolves once the page has what it shows: a heading, and nothing that is still being read. */
export async function settled(page: Page): Promise<void> {
  await page.locator('#page-title').waitFor();
  await page.waitForFunction(() => document.querySelector('.loading') === null);
}

const NOWHERE = '/console/nowhere';

/**
 * Opens a page and waits until it has what it shows. A console that is there already is led on as by a link. The page
 * before stays in sight until the next one was fetched: so the way leads by the one page that needs no fetching.
 */
export async function show(page: Page, address: string): Promise<void> {
  const nowhere = page.getByRole('heading', { name: t('common.state.notFoundTitle'), level: 1 });
  if (page.url().includes('/console/')) {
    await lead(page, NOWHERE);
    await nowhere.waitFor();
    await lead(page, address);
    if (address !== NOWHERE) await nowhere.waitFor({ state: 'detached' });
  } else await page.goto(address);
  await settled(page);
}

const lead = (page: Page, address: string) =>
  page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, address);

/** Elements that only somebody's text can have made. */
export const injected = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('body :is(img, script:not([src]), iframe, [onerror])')].map((node) => node.outerHTML),
  );
