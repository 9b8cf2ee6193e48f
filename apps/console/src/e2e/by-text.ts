import type { Locator, Page } from 'playwright-core';
import { type TextKey, textOr } from '../texts/text.ts';

/** What is found by its text, as readers do, in the words of the catalogue. */

/** A text that has no placeholders. */
export const say = (key: TextKey): string => textOr(key, key);

export const button = (page: Page | Locator, key: TextKey): Locator =>
  page.getByRole('button', { name: say(key), exact: true });

export const press = (page: Page | Locator, key: TextKey): Promise<void> => button(page, key).click();

export const field = (page: Page | Locator, key: TextKey): Locator =>
  page.getByRole('textbox', { name: say(key), exact: true });

/** One of several, in the browser's own list. */
export function select(page: Page | Locator, key: TextKey): Locator {
  return page.getByRole('combobox', { name: say(key), exact: true });
}

export const go = (page: Page, key: TextKey): Promise<void> =>
  page.getByRole('link', { name: say(key), exact: true }).click();

export const tab = (page: Page, key: TextKey): Locator => page.getByRole('tab', { name: say(key), exact: true });
