import { describe, expect, test } from 'vitest';
import type { DestinationState } from './destination.ts';
import { sumLedgers } from './ledger.ts';
import { heldLine } from './line.ts';
import { newShipment, type Shipment } from './shipment.ts';
import { loneDestination } from './testing/engine-world.ts';

const empty = () => loneDestination();

let numbers = 0;
function shipment(destination: DestinationState, key = 'k', lines = 1, waits = 0): Shipment {
  numbers += 1;
  const held = Array.from({ length: lines }, () => heldLine(key, undefined, 'x', 0));
  const given = { number: numbers, destination, key, lines: held, bytes: 1, reason: 'lines' } as const;
  const made = newShipment({
    id: `${numbers}`,
    ...given,
    openedAt: 0,
    sealedAt: 0,
    batch: undefined,
    stored: 'manifest',
  });
  made.waits = waits;
  return made;
}

const ready = (destination: DestinationState) => {
  const ids: Shipment[] = [];
  for (let next = destination.ready.shift(); next !== undefined; next = destination.ready.shift()) ids.push(next);
  return ids;
};

describe('the batches of a key', () => {
  test('become ready one by one, in order; those of other keys meanwhile', () => {
    const destination = empty();
    const [first, second, third] = [shipment(destination), shipment(destination), shipment(destination)];
    const other = shipment(destination, 'other');
    for (const each of [first, second, third, other]) destination.enqueue(each);
    expect([...destination.queued('k')]).toEqual([first, second, third]);
    expect([...destination.queuedKeys()]).toEqual(['k', 'other']);
    expect(ready(destination)).toEqual([first, other]);
    destination.finish(first);
    expect(ready(destination)).toEqual([second]);
    destination.finish(second);
    destination.finish(third);
    expect([...destination.queuedKeys()]).toEqual(['other']);
  });

  test('wait for all they have to wait for', () => {
    const destination = empty();
    const [older, oldest] = [shipment(destination, 'a'), shipment(destination, 'b')];
    const blocked = shipment(destination, 'k', 1, 2);
    older.blocks.push(blocked);
    oldest.blocks.push(blocked);
    for (const each of [older, oldest, blocked]) destination.enqueue(each);
    expect(ready(destination)).toEqual([older, oldest]);
    destination.finish(older);
    expect(ready(destination)).toEqual([]);
    destination.finish(oldest);
    expect(ready(destination)).toEqual([blocked]);
  });

  test('give their place to their parts, alone and before others', () => {
    const destination = empty();
    for (const behind of [0, 1]) {
      const whole = shipment(destination, 'k', 4);
      const parts = [shipment(destination, 'k', 2), shipment(destination, 'k', 2)];
      const waiting = Array.from({ length: behind }, () => shipment(destination));
      for (const each of [whole, ...waiting]) destination.enqueue(each);
      destination.replace(whole, parts);
      const late = shipment(destination);
      destination.enqueue(late);
      const all = [...parts, ...waiting, late];
      expect([...destination.queued('k')]).toEqual(all);
      expect(destination.sealedLines).toBe(4 + behind + 1);
      for (const each of all) destination.finish(each);
      expect([...destination.queuedKeys()]).toEqual([]);
    }
  });

  test('let go of what waited for a whole when each of its parts is over', () => {
    const destination = empty();
    const whole = shipment(destination, 'k', 3);
    const blocked = shipment(destination, 'other', 1, 1);
    whole.blocks.push(blocked);
    for (const each of [whole, blocked]) destination.enqueue(each);
    ready(destination);
    const parts = [shipment(destination), shipment(destination), shipment(destination)];
    destination.replace(whole, parts);
    for (const part of parts) {
      expect(blocked.waits).toBeGreaterThan(0);
      destination.finish(part);
    }
    expect(ready(destination)).toContain(blocked);
  });
});

describe('the counts', () => {
  test('follow a batch on its way', () => {
    const destination = empty();
    const one = shipment(destination, 'k', 3);
    const counts = () => [destination.sealedLines, destination.inFlightLines, destination.inFlight];
    destination.enqueue(one);
    expect(counts()).toEqual([3, 0, 0]);
    destination.started(one);
    expect(counts()).toEqual([0, 3, 1]);
    destination.stopped(one);
    expect(counts()).toEqual([3, 0, 0]);
    destination.finish(one);
    expect(counts()).toEqual([0, 0, 0]);
  });

  test.each([
    ['not admitted yet', (destination: DestinationState) => (destination.unadmitted = 1)],
    ['open', (destination: DestinationState) => destination.batcher.add(heldLine('k', undefined, 'x', 0), 0)],
    ['sealed', (destination: DestinationState) => (destination.sealedLines = 1)],
    ['in flight', (destination: DestinationState) => (destination.inFlightLines = 1)],
  ])('say that a destination is not idle while a line is %s, whatever else there is', (_name, make) => {
    const destination = empty();
    expect(destination.idle).toBe(true);
    make(destination);
    expect(destination.idle).toBe(false);
    for (const field of ['unadmitted', 'sealedLines', 'inFlightLines'] as const) {
      const before = destination[field];
      destination[field] += 1;
      expect(destination.idle).toBe(false);
      destination[field] = before;
    }
  });

  test('have lines on their way to the disk among the open ones, and a sum of them is a copy', () => {
    const destination = empty();
    destination.tally.accepted = 5;
    destination.unadmitted = 2;
    destination.batcher.add(heldLine('k', undefined, 'x', 0), 0);
    const ledger = sumLedgers([destination.ledger]);
    expect(ledger).toMatchObject({ accepted: 5, open: 3 });
    destination.tally.batches.sealed.age = 1;
    expect(ledger.batches.sealed).toEqual({});
  });
});
