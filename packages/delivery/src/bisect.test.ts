import { expect, test } from 'vitest';
import { halves } from './bisect.ts';
import { heldLine } from './line.ts';
import { newShipment, type Shipment } from './shipment.ts';
import { loneDestination } from './testing/engine-world.ts';

const policy = { maxLines: 100, maxBytes: 1000, maxAgeMs: 1000, envelopeBytes: 7, separatorBytes: 2 };
const destination = loneDestination('d', policy);

function shipment(count: number): Shipment {
  const lines = Array.from({ length: count }, (_, index) =>
    heldLine('k', undefined, 'x'.repeat(index + 1), 5, index + 40),
  );
  const batch = destination.batcher.restore({ key: 'k', reason: 'lines', openedAt: 5, bytes: 0, after: [] });
  const times = { openedAt: 5, sealedAt: 6 };
  const given = { id: 'store-log-0-40', number: 3, destination, key: 'k', lines, bytes: 99, reason: 'lines' } as const;
  return newShipment({ ...given, ...times, batch, stored: 'manifest', attempts: 4, failures: 2 });
}

test('a batch is cut into two halves in order, the first the larger, named by their lines', () => {
  const whole = shipment(5);
  const [first, second] = halves(whole);
  expect([first.lines, second.lines]).toEqual([whole.lines.slice(0, 3), whole.lines.slice(3)]);
  expect([first.id, second.id]).toEqual(['store-log-0-40.0-3', 'store-log-0-40.3-5']);
  expect([first.from, second.from]).toEqual([0, 3]);
  expect([first.bytes, second.bytes]).toEqual([7 + 1 + 2 + 3 + 2 * 2, 7 + 4 + 5 + 2]);
  const { number, key, reason, openedAt, sealedAt, batch, stored } = whole;
  for (const half of [first, second]) {
    expect(half).toMatchObject({ number, key, reason, openedAt, sealedAt, stored, attempts: 0, failures: 0 });
    expect([half.batch, half.destination]).toEqual([batch, destination]);
  }
});

test('a half is cut again under a name of the whole', () => {
  const [, second] = halves(shipment(5));
  const [third, fourth] = halves(second);
  expect([third.id, fourth.id]).toEqual(['store-log-0-40.3-4', 'store-log-0-40.4-5']);
  expect([third.from, fourth.from]).toEqual([3, 4]);
  expect([third.bytes, fourth.bytes]).toEqual([7 + 4, 7 + 5]);
});
