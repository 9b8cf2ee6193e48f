import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loneDestination } from '../testing/engine-world.ts';
import { placeOf } from '../work/reader.ts';
import {
  decodeManifest,
  decodeTally,
  destinationOfQueue,
  encodeManifest,
  encodeTally,
  type Letter,
  manifestKey,
  numbered,
  PREFIX,
  queueName,
  splitDestination,
} from './records.ts';
import { newShipment } from './shipment.ts';

const text = fc.oneof(fc.string({ maxLength: 9 }), fc.constantFrom('\u0000', '😀', '\ud800', '"', 'a.b/c-d', '/'));

describe('state keys', () => {
  it('sort as their numbers do', () => {
    const numbers = [0, 1, 9, 10, 99, 4096, 1e9, Number.MAX_SAFE_INTEGER];
    const keys = numbers.map((number) => numbered('p/', number));
    expect(keys.toSorted()).toEqual(keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('of manifests put the parts of a batch in its place, in order', () => {
    const keys = [
      { number: 9, from: 0 },
      { number: 10, from: 0 },
      { number: 10, from: 9 },
      { number: 10, from: 10 },
      { number: 10, from: 999_999 },
      { number: 11, from: 0 },
    ].map(manifestKey);
    expect(keys.toSorted()).toEqual(keys);
  });

  it('and queues give their destination back, whatever its name holds', () => {
    fc.assert(
      fc.property(text, (name) => {
        const nameText = JSON.stringify(name);
        expect(splitDestination(`${nameText}/17`)).toEqual({ name, rest: '17' });
        expect(destinationOfQueue('lines', queueName('lines', nameText))).toBe(name);
        expect(destinationOfQueue('updates', queueName('lines', nameText))).toBeUndefined();
        expect(nameText.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('a manifest', () => {
  it('comes back as it was, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.record({
          id: text,
          name: text,
          key: text,
          number: fc.nat(),
          from: fc.nat(9_999_999),
          express: fc.boolean(),
        }),
        fc.uniqueArray(fc.nat({ max: 1e12 }), { minLength: 1, maxLength: 20 }),
        ({ id, name, key, number, from, express }, positions) => {
          const destination = loneDestination(name);
          const lines = positions.map((position) => placeOf(key, { bytes: 1, subject: undefined }, position, 9));
          const rest = { key, reason: 'age', express, openedAt: 11, sealedAt: 12, bytes: 13 } as const;
          const given = { id, number, from, destination, lines, orderKey: key, ...rest };
          const shipment = newShipment({ ...given, batch: undefined, letter: undefined });
          const back = decodeManifest(manifestKey(shipment).slice(PREFIX.batch.length), encodeManifest(shipment));
          expect(back).toEqual({ id, number, from, destination: name, ...rest, positions, letter: undefined });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('of a replay has its letter', () => {
    const destination = loneDestination();
    const letter = { ref: 'd-4', first: 4, size: 1 } as Letter;
    const lines = [placeOf('k', { bytes: 1, subject: undefined }, 4, 9)];
    const given = {
      id: 'i',
      number: 1,
      destination,
      key: 'k',
      orderKey: 'k',
      lines,
      bytes: 1,
      reason: 'lines',
    } as const;
    const shipment = newShipment({ ...given, express: false, openedAt: 1, sealedAt: 2, batch: undefined, letter });
    expect(decodeManifest('1.0', encodeManifest(shipment)).letter).toEqual(letter);
  });
});

describe('the counts of a destination', () => {
  it('come back with its low mark and bytes; what is accepted is for the store to say', () => {
    const destination = loneDestination();
    destination.tally.delivered = 3;
    destination.overBytes = 77;
    for (const position of [0, 1, 2]) destination.positions.mark(position);
    const { tally, low, overBytes } = decodeTally(encodeTally(destination));
    expect([tally.delivered, tally.accepted, low, overBytes]).toEqual([3, 0, 3, 77]);
  });
});
