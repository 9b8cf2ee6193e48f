import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Heap, type HeapItem } from './heap.ts';

interface Ranked extends HeapItem {
  readonly name: number;
  rank: number;
}

const step = fc.record({ name: fc.nat(12), rank: fc.option(fc.nat(20), { nil: undefined }) });

it('has the item of the lowest rank first, whatever is put in, moved and taken out', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const heap = new Heap<Ranked>();
      const known = new Map<number, Ranked>();
      for (const { name, rank } of steps) {
        const item = known.get(name) ?? { name, rank: 0, heapIndex: -1 };
        if (rank === undefined) {
          known.delete(name);
          heap.delete(item);
          expect(item.heapIndex).toBe(-1);
        } else {
          item.rank = rank;
          known.set(name, item);
          heap.set(item, rank);
        }
        const lowest = Math.min(...[...known.values()].map((one) => one.rank));
        expect(heap.firstRank).toBe(known.size === 0 ? undefined : lowest);
        expect(heap.first?.rank).toBe(heap.firstRank);
        expect(new Set(heap.items)).toEqual(new Set(known.values()));
      }
      heap.clear();
      expect([heap.first, heap.firstRank]).toEqual([undefined, undefined]);
      for (const item of known.values()) expect(item.heapIndex).toBe(-1);
    }),
  );
});
