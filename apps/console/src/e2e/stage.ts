import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataFolder, Stack } from '@batchfeed/app-demo';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { t } from '../texts/text.ts';
import { field, press } from './by-text.ts';
import { Operator } from './operator.ts';
import { settled, watch } from './watch-page.ts';

/** Keeps the plugin's calls to the shop authenticated; nothing outside this machine can use it. */
export const SHOP_PASSWORD = 'of this run alone';

interface StageParts {
  readonly stack: Stack;
  readonly browser: Browser;
  readonly folder: string;
  readonly token: string;
}

/** An empty platform and a shop as processes, and a browser: what the journeys through the console share. */
export class Stage {
  readonly stack: Stack;
  readonly operator: Operator;
  /** An admin's. */
  readonly token: string;
  /** Where files of this run may be put. */
  readonly folder: string;
  /** What must never happen on a page, as it happened. */
  readonly problems: string[] = [];
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];
  #page: Page | undefined;
  #pictures = 0;

  private constructor({ stack, browser, folder, token }: StageParts) {
    this.stack = stack;
    this.#browser = browser;
    this.folder = folder;
    this.token = token;
    this.operator = new Operator(stack.platform.url, token);
  }

  static async open(executablePath: string): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'batchfeed-console-'));
    const data = openDataFolder(join(folder, 'data'));
    const [stack, browser] = await Promise.all([
      Stack.start(data, { shop: 0, platform: 0 }, SHOP_PASSWORD),
      chromium.launch({ executablePath }),
    ]);
    const token = readFileSync(stack.tokenFile, 'utf8').trim();
    return new Stage({ stack, browser, folder, token });
  }

  /** The admin's page, where the journeys go one after the other. */
  async page(): Promise<Page> {
    this.#page ??= await this.newPage();
    return this.#page;
  }

  /** A page of its own, where nobody is signed in. */
  async newPage(options: BrowserContextOptions = {}): Promise<Page> {
    const { origin } = new URL(this.stack.platform.url);
    const context = await this.#browser.newContext({ baseURL: origin, locale: 'en-GB', ...options });
    context.setDefaultTimeout(10_000);
    this.#contexts.push(context);
    await watch(context, origin, this.problems);
    return context.newPage();
  }

  async signIn(page: Page, token: string): Promise<void> {
    await page.goto('/console/');
    await field(page, 'session.signIn.token').fill(token);
    await press(page, 'session.signIn.submit');
    await page.getByRole('navigation', { name: t('common.navigation.label') }).waitFor({ state: 'attached' });
    await settled(page);
  }

  /** Tells the shop what to do to its next callers; nothing makes it well again. */
  async harmShop(faults: readonly { kind: string; times: number }[]): Promise<void> {
    const headers = { authorization: `Basic ${btoa(`batchfeed:${SHOP_PASSWORD}`)}` };
    const url = `${this.stack.shop.url}/admin/faults`;
    const response =
      faults.length === 0
        ? await fetch(url, { method: 'DELETE', headers })
        : await fetch(url, {
            method: 'POST',
            headers: { ...headers, 'content-type': 'application/json' },
            body: JSON.stringify({ faults }),
          });
    if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  }

  /** Writes down what every open page looks like. */
  async picture(name: string): Promise<void> {
    const folder = join(import.meta.dirname, '../../reports');
    for (const page of this.#contexts.flatMap((context) => context.pages())) {
      await page.screenshot({ path: join(folder, `${name}-${this.#pictures++}.png`) });
    }
  }

  /** What it held is not looked at again, so nothing is waited for. */
  async close(): Promise<void> {
    await this.#browser.close();
    this.stack.kill();
    await Promise.all([this.stack.platform.ended, this.stack.plugin?.ended, this.stack.shop.ended]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
