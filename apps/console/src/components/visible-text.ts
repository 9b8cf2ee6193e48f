/** A piece of a text: to be shown as it is, or a character that would not be seen (or would mislead) by its name. */
export interface TextPart {
  readonly text: string;
  readonly isMark: boolean;
}

/**
 * What is not seen or changes how its neighbours are seen: controls, invisible and bidirectional formatting, separators,
 * halves of surrogate pairs, and space at the ends.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|^[\p{Zs}]+|[\p{Zs}]+$/u;
const EVERY_UNSEEN = new RegExp(UNSEEN, 'gu');
/** The same in text of several lines, where breaks, tabs and space at the ends are what they look like. */
const UNSEEN_IN_LINES = /[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|(?![\n\t])\p{Cc}/gu;
/** Within an emoji these join and choose; without them it falls apart. */
const JOINS = /^(?:\u200c|\u200d|[\u{e0020}-\u{e007f}])$/u;
const NAMES: Readonly<Record<string, string>> = { '\n': '⏎', '\t': '⇥' };

/** A text in pieces of which every one is seen as what it is; `inLines` where line breaks are shown as such. Pure. */
export function visibleParts(text: string, inLines = false): TextPart[] {
  const parts: TextPart[] = [];
  let rest = 0;
  for (const { 0: found, index } of text.matchAll(inLines ? UNSEEN_IN_LINES : EVERY_UNSEEN)) {
    if (JOINS.test(found) && index > 0) continue;
    if (index > rest) parts.push({ text: text.slice(rest, index), isMark: false });
    parts.push({ text: [...found].map(nameOf).join(''), isMark: true });
    rest = index + found.length;
  }
  if (rest < text.length) parts.push({ text: text.slice(rest), isMark: false });
  return parts;
}

/** The beginning of a text without half a character at its end, and how many UTF-16 units are left out. Pure. */
export function shortened(text: string, most: number): { text: string; left: number } {
  if (text.length <= most) return { text, left: 0 };
  const last = text.charCodeAt(most - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? most - 1 : most;
  return { text: text.slice(0, end), left: text.length - end };
}

function nameOf(character: string): string {
  if (/\p{Zs}/u.test(character)) return '␣';
  return NAMES[character] ?? `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`;
}
