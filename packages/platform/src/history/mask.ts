/**
 * Masking: what of contents and sentences anybody with the role `read` may see. Whoever needs more reveals it, which is
 * written down. Pure.
 *
 *   contents    every string and number becomes `•••`, except short upper-case words such as `UPSERT` in fields that are not
 *               about names or addresses; true, false and null stay, and so do names of fields that do not look personal
 *   sentences   (reasons, excerpts of answers, grouping keys) only what looks personal becomes `•••`
 *
 * It errs on the side of hiding: a field shows its shape, not its value.
 */

export const MASK = '•••';
/** Deeper than this a content is shown as one mask. */
const MAX_DEPTH = 64;
const WORD = /^[A-Z][A-Z_]{0,19}$/;
/** Fields whose upper-case words may be somebody's name or whereabouts after all. */
const TELLING_FIELD = /name|mail|phone|address|street|city|user|person|customer|contact|initial/i;

/** What looks personal in a text. Repetitions are bounded, so that no text takes long. */
const PERSONAL: readonly RegExp[] = [
  // Addresses of email, also with the sign escaped as in URLs.
  /[^\s@"<>()[\],;:]{1,64}(?:@|%40)[^\s@"'<>()[\]{},;:=]{1,255}/giu,
  // UUIDs.
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi,
  // Hashes.
  /[0-9a-f]{16,}/gi,
  // Telephone numbers, with what people write between the digits. A date has fewer digits.
  /(?:\+(?:[ ().\-/]{0,2}\d){7}|(?:\d[ ().\-/]{0,2}){8}\d)(?:[ ().\-/]{0,2}\d)*/g,
  // Names that the platform gives to users, and long tokens that mix letters and digits.
  /\b(?:point|email|account|agent|device|hash):[^\s"',;]{1,128}/gi,
  /(?=[\w-]{0,64}\d)(?=[\w-]{0,64}[a-z])[\w-]{20,}/gi,
];

/** A JSON text as a JSON text without its values. What is no JSON becomes one mask. */
export function maskContent(content: string): string {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return JSON.stringify(MASK);
  }
  return JSON.stringify(maskValue(value, '', 0));
}

/** A sentence or a grouping key, without what looks personal in it. */
export function maskText(text: string): string {
  return PERSONAL.reduce((masked, pattern) => masked.replace(pattern, MASK), text);
}

function maskValue(value: unknown, field: string, depth: number): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return isWord(value, field) ? value : MASK;
  if (typeof value !== 'object' || depth >= MAX_DEPTH) return MASK;
  if (Array.isArray(value)) return value.map((item) => maskValue(item, field, depth + 1));
  const names = new Set<string>();
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [unusedName(maskText(name), names), maskValue(item, name, depth + 1)]),
  );
}

function isWord(text: string, field: string): boolean {
  return WORD.test(text) && !TELLING_FIELD.test(field);
}

/** Fields whose names are masked must not fall together. */
function unusedName(name: string, names: Set<string>): string {
  let unused = name;
  for (let number = 2; names.has(unused); number += 1) unused = `${name} (${number})`;
  names.add(unused);
  return unused;
}
