import { Batcher } from '@batchfeed/batcher';
import { expect, it } from 'vitest';
import type { Place } from '../line.ts';
import { newShipment, type Shipment } from '../state/shipment.ts';
import { loneDestination } from '../testing/engine-world.ts';
import { halves } from './halves.ts';
import { placeOf } from './reader.ts';

const policy = { maxLines: 100, maxBytes: 1000, maxAgeMs: 1000, envelopeBytes: 7, separatorBytes: 2 };
const destination = loneDestination('d', policy);

function shipment(count: number): Shipment {
  const lines = Array.from({ length: count }, (_, index) =>
    placeOf('k', { bytes: index + 1, subject: undefined }, index + 40, 99),
  );
  const batcher = new Batcher<Place>({ policy });
  const batch = batcher.restore({ key: 'k', reason: 'lines', openedAt: 5, bytes: 0 });
  const given = { id: 'token-log-d-40', number: 3, destination, key: 'k', orderKey: 'k', lines, bytes: 99 };
  const rest = { reason: 'lines', express: true, openedAt: 5, sealedAt: 6, batch, letter: undefined } as const;
  return newShipment({ ...given, ...rest, attempts: 4, failures: 2 });
}

it('cuts a batch into two halves in order, the first the larger, named by their lines', () => {
  const whole = shipment(5);
  const [first, second] = halves(whole);
  expect([first.lines, second.lines]).toEqual([whole.lines.slice(0, 3), whole.lines.slice(3)]);
  expect([first.id, second.id]).toEqual(['token-log-d-40.0-3', 'token-log-d-40.3-5']);
  expect([first.from, second.from]).toEqual([0, 3]);
  expect([first.bytes, second.bytes]).toEqual([7 + 1 + 2 + 3 + 2 * 2, 7 + 4 + 5 + 2]);
  const { number, key, orderKey, reason, express, openedAt, sealedAt, batch } = whole;
  for (const half of [first, second]) {
    expect(half).toMatchObject({
      number,
      key,
      orderKey,
      reason,
      express,
      openedAt,
      sealedAt,
      attempts: 0,
      failures: 0,
    });
    expect([half.batch, half.destination]).toEqual([batch, destination]);
  }
});

it('cuts a half again under a name of the whole', () => {
  const [, second] = halves(shipment(5));
  const [third, fourth] = halves(second);
  expect([third.id, fourth.id]).toEqual(['token-log-d-40.3-4', 'token-log-d-40.4-5']);
  expect([third.from, fourth.from]).toEqual([3, 4]);
  expect([third.bytes, fourth.bytes]).toEqual([7 + 4, 7 + 5]);
});
