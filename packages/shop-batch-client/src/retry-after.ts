/**
 * Milliseconds a `Retry-After` header asks to wait, from `now` (epoch milliseconds): seconds, decimal seconds or an HTTP
 * date. Undefined when it says nothing usable: absent, negative, not a number, not a date.
 */
export function retryAfterMs(value: unknown, now: number): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value).trim();
  if (/^\d+(\.\d*)?$|^\.\d+$/.test(text)) return Math.round(Number(text) * 1_000);
  // A date has a day name or at least letters; "-5" and "1e9" must not be read as years.
  if (!/^[a-z]{3}/i.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
