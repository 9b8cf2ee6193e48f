/** A piece of a sentence: its words, or a moment in it. */
export type SentencePart = { readonly text: string } | { readonly ts: number };

const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z/g;

/** The platform's sentences name moments in UTC; taken out, they can be shown like every other. Pure. */
export function splitTimes(sentence: string): SentencePart[] {
  const parts: SentencePart[] = [];
  let rest = 0;
  for (const { 0: found, index } of sentence.matchAll(MOMENT)) {
    const ts = Date.parse(found);
    if (Number.isNaN(ts)) continue;
    if (index > rest) parts.push({ text: sentence.slice(rest, index) });
    parts.push({ ts });
    rest = index + found.length;
  }
  if (rest < sentence.length) parts.push({ text: sentence.slice(rest) });
  return parts;
}
