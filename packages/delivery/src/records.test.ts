import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HeldLine, heldLine } from './line.ts';
import {
  contentsOf,
  type DeadRecord,
  decodeManifest,
  encodeManifest,
  linesOf,
  manifestKey,
  numbered,
} from './records.ts';
import { newShipment } from './shipment.ts';
import { loneDestination } from './testing/engine-world.ts';

describe('state keys', () => {
  test('sort as their numbers do', () => {
    const numbers = [0, 1, 9, 10, 99, 4096, 1e9, Number.MAX_SAFE_INTEGER];
    const keys = numbers.map((number) => numbered('p/', number));
    expect(keys.toSorted()).toEqual(keys);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.every((key) => key.startsWith('p/'))).toBe(true);
  });

  test('of manifests put the parts of a batch in its place, in order', () => {
    const keys = [
      { number: 9, from: 0 },
      { number: 10, from: 0 },
      { number: 10, from: 9 },
      { number: 10, from: 10 },
      { number: 10, from: 80 },
      { number: 10, from: 999_999 },
      { number: 11, from: 0 },
    ].map(manifestKey);
    expect(keys.toSorted()).toEqual(keys);
  });
});

describe('a manifest', () => {
  test('comes back as it was, whatever is in it', () => {
    const text = fc.oneof(fc.string({ maxLength: 9 }), fc.constantFrom('\u0000', '😀', '\ud800', '"', 'a.b/c-d'));
    fc.assert(
      fc.property(
        fc.record({ id: text, name: text, key: text, number: fc.nat(), from: fc.nat(9_999_999) }),
        fc.uniqueArray(fc.nat({ max: 1e12 }), { minLength: 1, maxLength: 20 }),
        fc.array(fc.nat()),
        ({ id, name, key, number, from }, positions, after) => {
          const destination = loneDestination(name);
          const lines = positions.map((position) => heldLine(key, undefined, 'x', 0, position));
          const rest = { key, reason: 'age', openedAt: 11, sealedAt: 12, bytes: 13 } as const;
          const given = { id, number, from, destination, lines, ...rest };
          const shipment = newShipment({ ...given, batch: undefined, stored: 'manifest' });
          const back = decodeManifest(manifestKey(shipment), encodeManifest(shipment, after));
          expect(back).toEqual({ id, number, from, destination: name, ...rest, after, positions });
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a dead letter', () => {
  test('gives its lines back, without their places in the log', () => {
    const lines: HeldLine[] = [heldLine('k', 'ann', 'äx', 5, 7), heldLine('k', undefined, '', 6, 8)];
    const record = { key: 'k', contents: contentsOf(lines) } as DeadRecord;
    const again = JSON.parse(JSON.stringify(record)) as DeadRecord;
    expect(linesOf(again)).toEqual(lines.map((line) => ({ ...line, position: -1 })));
  });
});
