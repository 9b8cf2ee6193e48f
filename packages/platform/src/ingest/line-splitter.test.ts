import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from './line-splitter.ts';

function split(input: string | Buffer, sizes: readonly number[] = [1_000], maxBytes = 100) {
  const splitter = new LineSplitter(maxBytes);
  const bytes = Buffer.from(input);
  const lines: [number, string | undefined][] = [];
  const keep = (found: Iterable<{ number: number; bytes: Buffer | undefined }>) => {
    for (const { number, bytes: line } of found) lines.push([number, line?.toString()]);
  };
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] as number;
    keep(splitter.push(bytes.subarray(at, at + size)));
    at += size;
  }
  keep(splitter.end());
  return lines;
}

const BOM = '\ufeff';

describe('LineSplitter', () => {
  it.each([
    ['', []],
    ['\n', []],
    ['a', [[1, 'a']]],
    ['a\n', [[1, 'a']]],
    [
      'a\r\nb\r\n',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'a\n\n \t\r\nb',
      [
        [1, 'a'],
        [4, 'b'],
      ],
    ],
    [
      `${BOM}a\n${BOM}b`,
      [
        [1, 'a'],
        [2, `${BOM}b`],
      ],
    ],
    ['\n\n\na\n\n', [[4, 'a']]],
    [`${BOM}\n\na`, [[3, 'a']]],
    [BOM, []],
    ['\ra\r\r\n', [[1, '\ra\r']]],
    ['é😀\n', [[1, 'é😀']]],
  ] as [string, [number, string][]][])('splits %j', (input, lines) => {
    for (const sizes of [[1_000], [1], [2, 3]]) expect(split(input, sizes)).toEqual(lines);
  });

  it('names a line that is too long and goes on after it', () => {
    const input = `${'x'.repeat(11)}\nok\n${'y'.repeat(10)}\r\n${'z'.repeat(5_000)}`;
    for (const sizes of [[1_000], [1], [7]]) {
      expect(split(input, sizes, 10)).toEqual([
        [1, undefined],
        [2, 'ok'],
        [3, 'y'.repeat(10)],
        [4, undefined],
      ]);
    }
  });

  it('does not depend on how the stream is cut', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '😀', '\n', '\r\n', ' ', BOM)).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (input, sizes) => {
        expect(split(input, sizes)).toEqual(split(input));
      }),
    );
  });
});
