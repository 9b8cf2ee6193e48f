import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packEntries } from './pack-entries.ts';
import { unpackEntries } from './unpack-entries.ts';

it('gives back texts of any script as they were, whichever list they stood in', () => {
  const list = fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }));
  fc.assert(
    fc.property(fc.array(list), (lists) => {
      const packed = packEntries(lists);
      const entries = lists.flat();
      expect(packed.lengths).toEqual(Uint32Array.from(entries, (entry) => Buffer.byteLength(entry)));
      const runs = [7, entries.length, 0];
      expect(unpackEntries({ ...packed, runs, tokens: ['t'] })).toEqual(
        entries.map((text, index) => ({ position: 7 + index, text, token: 't' })),
      );
    }),
  );
});

it('packs nothing as nothing', () => {
  expect(packEntries([])).toEqual({ data: new Uint8Array(0), lengths: new Uint32Array(0) });
  expect(unpackEntries({ ...packEntries([[], []]), runs: [], tokens: [] })).toEqual([]);
});
