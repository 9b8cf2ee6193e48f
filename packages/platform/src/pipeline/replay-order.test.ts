import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ReplayOrder } from './replay-order.ts';

const letter = fc.record({
  stage: fc.constantFrom('update' as const, 'batch' as const),
  sealedAt: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_009 }),
  later: fc.constantFrom(0, 0, 1, undefined),
});

it('gives letters stage by stage in the order of their sealing, then of their dying', () => {
  fc.assert(
    fc.property(fc.array(letter, { maxLength: 3_000 }), (letters) => {
      const order = new ReplayOrder();
      const all = letters.map((one, index) => ({ ...one, ref: `7-${index}`, number: index }));
      for (const one of all) order.add(one.stage, one);
      const wanted = (['update', 'batch'] as const).flatMap((stage) =>
        all
          .filter((one) => one.stage === stage)
          .sort((one, other) => one.sealedAt - other.sealedAt || one.number - other.number)
          .map(({ ref }) => ({ stage, ref })),
      );
      expect([...order.inOrder()]).toEqual(wanted);
      expect(order.size).toBe(letters.length);
    }),
    { numRuns: 30 },
  );
});

it('counts what later lines have overtaken, what is not known too, and names a hundred of them', () => {
  const order = new ReplayOrder();
  order.add('update', { ref: '7-0', sealedAt: 1, later: 0 });
  for (let index = 1; index <= 150; index += 1) {
    order.add('batch', { ref: `7-${index}`, sealedAt: 1, later: index % 2 === 0 ? undefined : 3 });
  }
  expect([order.overtaken, order.overtakenIds.length, order.overtakenIds[0]]).toEqual([150, 100, 'batch-7-1']);
});
