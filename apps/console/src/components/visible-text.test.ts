import { describe, expect, it } from 'vitest';
import { shortened, visibleParts } from './visible-text.ts';

const shown = (text: string) =>
  visibleParts(text)
    .map((part) => (part.isMark ? `[${part.text}]` : part.text))
    .join('');

describe('visibleParts', () => {
  it.each([
    ['UPSERT', 'UPSERT'],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['user\u202egnp.exe', 'user[U+202E]gnp.exe'],
    ['a\u0000b\nc\td', 'a[U+0000]b[⏎]c[⇥]d'],
    ['zero\u200bwidth\ufeff', 'zero[U+200B]width[U+FEFF]'],
    [' two  words ', '[␣]two  words[␣]'],
    ['   ', '[␣␣␣]'],
    ['half \ud83d pair', 'half [U+D83D] pair'],
    ['é 日本 👩‍👩‍👧 ‎', 'é 日本 👩‍👩‍👧 [U+200E]'],
  ])('shows %j', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it('leaves the lines of a text alone, but nothing else that is not seen', () => {
    const parts = visibleParts('a \\\n  b\tc\u202ed\r\u0000 ', true);
    expect(parts.map(({ text, isMark }) => (isMark ? `[${text}]` : text)).join('')).toBe(
      'a \\\n  b\tc[U+202E]d[U+000D][U+0000] ',
    );
  });

  it('has nothing to show of nothing', () => {
    expect(visibleParts('')).toEqual([]);
  });
});

describe('shortened', () => {
  it('leaves short texts alone', () => {
    expect(shortened('abc', 3)).toEqual({ text: 'abc', left: 0 });
  });

  it('says how much is left out', () => {
    expect(shortened('x'.repeat(10_000), 300)).toEqual({ text: 'x'.repeat(300), left: 9_700 });
  });

  it('does not cut a character in two', () => {
    expect(shortened('ab😀cd', 3)).toEqual({ text: 'ab', left: 4 });
  });
});
