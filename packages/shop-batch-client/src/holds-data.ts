import { isEmptyBody } from '@batchfeed/schemas';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Whether a resource as the shop shows it holds what was sent to it: every sent field is there with that value. Fields
 * the shop adds do not matter. The shop shows values as strings, so `1` is `"1"` and true is `"1"`; `"007"` is not 7.
 * Amounts it shows with four decimals or more, so `"1.50"` is `"1.5000"`, but not `"1.5"`. Nothing (a field that is not
 * there, null, `""`, `{}`, `[]`) is nothing. A relation `{id}` is shown as `{href: ".../id"}`. A field that cannot be compared is not held: doubt is not proof.
 */
export function holdsData(shown: unknown, sent: unknown): boolean {
  if (sent === undefined || sent === shown) return true;
  if (isEmptyBody(sent)) return isEmptyBody(shown);
  if (Array.isArray(sent)) {
    return Array.isArray(shown) && shown.length === sent.length && sent.every((item, i) => holdsData(shown[i], item));
  }
  if (isObject(sent)) {
    if (!isObject(shown)) return false;
    return Object.entries(sent).every(([key, value]) =>
      key === 'id' && !('id' in shown) ? endsInId(shown.href, value) : holdsData(shown[key], value),
    );
  }
  if (typeof sent === 'boolean') return sent ? String(shown) === '1' || shown === 'true' : isFalse(shown);
  if (typeof shown === 'object') return false;
  // Only a number that was sent as one may come back written otherwise (1.50 as "1.5").
  if (typeof sent === 'number' && shown !== '') return Number(shown) === sent;
  return String(shown) === String(sent) || isPadded(String(shown), String(sent));
}

const AMOUNT = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const withoutZeros = (amount: string): string => (amount.includes('.') ? amount.replace(/\.?0+$/, '') : amount);

/** Whether the shop shows an amount that was sent as text with its own number of decimals. */
const isPadded = (shown: string, sent: string): boolean =>
  /\.\d{4,}$/.test(shown) && AMOUNT.test(shown) && AMOUNT.test(sent) && withoutZeros(shown) === withoutZeros(sent);

const isFalse = (shown: unknown): boolean => shown === 'false' || String(shown) === '0' || isEmptyBody(shown);

const endsInId = (href: unknown, id: unknown): boolean => typeof href === 'string' && href.endsWith(`/${String(id)}`);
