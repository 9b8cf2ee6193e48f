import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packEntries } from './pack-entries.ts';

test('texts of any script come back as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 300 })), (entries) => {
      const { data, lengths } = packEntries(entries);
      const text = Buffer.from(data).toString('utf8');
      let offset = 0;
      const found = Array.from(lengths, (length) => {
        offset += length;
        return text.slice(offset - length, offset);
      });
      expect(found).toEqual(entries);
    }),
  );
});

test('nothing is nothing', () => {
  expect(packEntries([])).toEqual({ data: new Uint8Array(0), lengths: new Uint32Array(0) });
});
