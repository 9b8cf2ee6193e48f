/** What was typed, as a schema wants it. Nothing typed is `undefined`, so that a field is missing and not empty. */
export const textOrNone = (typed: string): string | undefined => (typed.trim() === '' ? undefined : typed.trim());

/** A number as people type it: `10000`, `10,000`, `10 000`, `0.5`. What is no number stays text, for the schema to refuse. */
export function numberOrNone(typed: string): number | string | undefined {
  const text = typed.replace(/(?<=\d)[, _](?=\d{3}(\D|$))/g, '').trim();
  if (text === '') return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : typed;
}
