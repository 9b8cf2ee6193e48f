import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ElementSplitter } from './element-splitter.ts';

function split(text: string, cuts: readonly number[] = [], maxBytes?: number) {
  const bytes = Buffer.from(text);
  const splitter = new ElementSplitter(maxBytes);
  const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  const found = edges.slice(1).flatMap((end, index) => [...splitter.push(bytes.subarray(edges[index], end))]);
  return [...found, ...splitter.end()].map(({ number, bytes: element }) => [number, element?.toString()]);
}

describe('ElementSplitter', () => {
  it('finds the elements of any array, wherever its bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.array(fc.nat(200)),
        fc.nat(2),
        (elements, cuts, indent) => {
          const text = JSON.stringify(elements, null, indent);
          const found = split(
            text,
            cuts.map((cut) => Math.min(cut, Buffer.byteLength(text))),
          );
          expect(found.map(([, element]) => JSON.parse(element as string))).toEqual(
            JSON.parse(JSON.stringify(elements)),
          );
          expect(found.map(([number]) => number)).toEqual(elements.map((_, index) => index + 1));
        },
      ),
    );
  });

  it('leaves elements that are no JSON to their reader, and drops one that is too long', () => {
    expect(split('[nope, {"a":1} ,"x]"]')).toEqual([
      [1, 'nope'],
      [2, '{"a":1}'],
      [3, '"x]"'],
    ]);
    expect(split('[1,"xxxxxxxxxx",2]', [], 5)).toEqual([
      [1, '1'],
      [2, undefined],
      [3, '2'],
    ]);
  });

  it.each(['[1', '[1,', '[,1]', '[1,]', '[1 2]', '[1] 2', '["a', '['])('refuses %s', (text) => {
    expect(() => split(text)).toThrowError(expect.objectContaining({ code: 'INVALID' }));
  });
});
