import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Fifo } from './fifo.ts';

it('a queue does what an array does', () => {
  // Runs are long enough to pass the point where the space in front is given back.
  const step = fc.oneof(
    fc.record({ do: fc.constant('push' as const), count: fc.nat(1500) }),
    fc.record({ do: fc.constant('shift' as const), count: fc.nat(1500) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const fifo = new Fifo<number>();
      const model: number[] = [];
      let next = 0;
      for (const { do: what, count } of steps) {
        for (let index = 0; index < count; index += 1) {
          if (what === 'push') {
            fifo.push(next);
            model.push(next++);
          } else if (fifo.shift() !== model.shift()) expect.fail('order');
          if (fifo.peek() !== model[0] || fifo.size !== model.length) expect.fail('front or size');
        }
      }
    }),
    { numRuns: 50 },
  );
});

it('an empty queue has nothing, and goes on being a queue', () => {
  const fifo = new Fifo<string>();
  expect([fifo.shift(), fifo.peek(), fifo.size]).toEqual([undefined, undefined, 0]);
  fifo.push('a');
  expect([fifo.size, fifo.peek(), fifo.shift(), fifo.shift(), fifo.size]).toEqual([1, 'a', 'a', undefined, 0]);
});
