import { describe, expect, it } from 'vitest';
import { sumLedgers } from '../ledger.ts';
import { loneDestination } from '../testing/engine-world.ts';
import { placeOf } from '../work/reader.ts';
import type { DestinationState } from './destination.ts';
import { newShipment, type Shipment } from './shipment.ts';

const place = (position = 0, key = 'k') => placeOf(key, { bytes: 1, subject: undefined }, position, 10);

let numbers = 0;
function shipment(destination: DestinationState, key = 'k', lines = 1): Shipment {
  numbers += 1;
  const places = Array.from({ length: lines }, () => place());
  const given = { id: `${numbers}`, number: numbers, destination, key, orderKey: key, lines: places, bytes: 1 };
  const rest = {
    reason: 'lines',
    express: false,
    openedAt: 0,
    sealedAt: 0,
    batch: undefined,
    letter: undefined,
  } as const;
  return newShipment({ ...given, ...rest });
}

const ready = (destination: DestinationState) => {
  const found: Shipment[] = [];
  for (let next = destination.ready.shift(); next !== undefined; next = destination.ready.shift()) found.push(next);
  return found;
};

/** Ends the first batch of its key, as sealing does. */
const end = (destination: DestinationState, one: Shipment) => {
  const next = destination.finish(one);
  if (next !== undefined) destination.consider(next);
};

describe('the batches of a key', () => {
  it('become ready one by one, in order; those of other keys meanwhile', () => {
    const destination = loneDestination();
    const [first, second, third] = [shipment(destination), shipment(destination), shipment(destination)];
    const other = shipment(destination, 'other');
    for (const each of [first, second, third, other]) destination.enqueue(each);
    expect([...destination.queued('k')]).toEqual([first, second, third]);
    expect([...destination.firsts()]).toEqual([first, other]);
    expect(ready(destination)).toEqual([first, other]);
    end(destination, first);
    expect(ready(destination)).toEqual([second]);
    end(destination, second);
    end(destination, third);
    expect([...destination.shipments()]).toEqual([other]);
  });

  it('wait for their manifest', () => {
    const destination = loneDestination();
    const one = shipment(destination);
    one.writes = 1;
    destination.enqueue(one);
    expect(ready(destination)).toEqual([]);
    one.writes = 0;
    destination.consider(one);
    expect(ready(destination)).toEqual([one]);
  });

  it('give their place to their parts, alone and before others', () => {
    for (const behind of [0, 1]) {
      const destination = loneDestination();
      const whole = shipment(destination, 'k', 4);
      const parts = [shipment(destination, 'k', 2), shipment(destination, 'k', 2)];
      const waiting = Array.from({ length: behind }, () => shipment(destination));
      for (const each of [whole, ...waiting]) destination.enqueue(each);
      destination.replace(whole, parts);
      const late = shipment(destination);
      destination.enqueue(late);
      const all = [...parts, ...waiting, late];
      expect([...destination.queued('k')]).toEqual(all);
      expect([destination.sealedLines, destination.batches]).toEqual([4 + behind + 1, 3 + behind]);
      for (const each of all) end(destination, each);
      expect([destination.sealedLines, destination.batches]).toEqual([0, 0]);
    }
  });

  it('can end out of their turn when they are discarded', () => {
    const destination = loneDestination();
    const [first, second, third] = [shipment(destination), shipment(destination), shipment(destination)];
    for (const each of [first, second, third]) destination.enqueue(each);
    end(destination, second);
    end(destination, third);
    const late = shipment(destination);
    destination.enqueue(late);
    expect([...destination.queued('k')]).toEqual([first, late]);
  });
});

describe('the queue', () => {
  it('says whether what became durable follows the window without a gap', () => {
    const destination = loneDestination();
    destination.appending(3, 30);
    expect(destination.ledger).toMatchObject({ accepted: 3, waiting: 3 });
    expect(destination.appended(0, 2)).toBe(true);
    expect(destination.appended(2, 1)).toBe(false);
    expect([destination.isBehind, destination.end, destination.pending]).toEqual([true, 3, 0]);
  });

  it('counts lines and bytes from their acceptance to their end', () => {
    const destination = loneDestination();
    destination.appending(3, 30);
    destination.appended(0, 3);
    const places = [place(0), place(1)];
    for (const each of places) destination.admitted(each);
    destination.next = 2;
    expect(destination.backlog).toEqual({ lines: 3, bytes: 30, waiting: 1, waitingBytes: 10 });
    destination.over(places);
    expect(destination.backlog).toEqual({ lines: 1, bytes: 10, waiting: 1, waitingBytes: 10 });
    expect(destination.account.held).toBe(0);
    destination.overUnread(2, 3);
    destination.allOver();
    expect(destination.backlog).toEqual({ lines: 0, bytes: 0, waiting: 0, waitingBytes: 0 });
    expect(destination.idle).toBe(true);
  });
});

describe('the counts', () => {
  it('follow a batch on its way', () => {
    const destination = loneDestination();
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

  it.each([
    ['waiting', (destination: DestinationState) => destination.appending(1, 1)],
    ['open', (destination: DestinationState) => destination.batcher?.add(place(), 0)],
    ['on its way to the dead', (destination: DestinationState) => (destination.dyingLines = 1)],
    ['sealed', (destination: DestinationState) => (destination.sealedLines = 1)],
    ['in flight', (destination: DestinationState) => (destination.inFlightLines = 1)],
  ])('say that a destination is not idle while a line is %s', (_name, make) => {
    const destination = loneDestination();
    expect(destination.idle).toBe(true);
    make(destination);
    expect(destination.idle).toBe(false);
  });

  it('are copied into a sum', () => {
    const destination = loneDestination();
    destination.appending(5, 50);
    destination.batcher?.add(place(), 0);
    const ledger = sumLedgers([destination.ledger]);
    expect(ledger).toMatchObject({ accepted: 5, waiting: 5, open: 1 });
    destination.tally.batches.sealed.age = 1;
    expect(ledger.batches.sealed).toEqual({});
  });
});
