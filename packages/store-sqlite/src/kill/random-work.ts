import type { EntryRange, QueueExtent } from '@batchfeed/delivery';

/** One random write, as JSON. */
export interface Work {
  readonly append: readonly { readonly queue: string; readonly entries: readonly string[] }[];
  readonly put: Readonly<Record<string, string | null>>;
  readonly over: readonly EntryRange[];
  readonly remove: readonly string[];
}

const QUEUES = ['a', 'b', 'c', 'd'];

/** Numbers from 0 to below 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed + 0x9e3779b9;
  return () => {
    state = Math.imul(state ^ (state >>> 16), 0x85ebca6b) + 0x6d2b79f5;
    const mixed = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

/**
 * Gives random writes to a lane with these queues, one after the other; they have to be made in
 * that order.
 */
export function randomWork(seed: number, queues: ReadonlyMap<string, Pick<QueueExtent, 'first' | 'end'>>): () => Work {
  const random = randomFrom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = (): string => QUEUES[below(QUEUES.length)] ?? 'a';
  const extents = new Map([...queues].map(([name, { first, end }]) => [name, { first, end }]));
  let count = 0;

  const appendTo = (queue: string) => {
    const extent = extents.get(queue) ?? { first: 0, end: 0 };
    const entries = Array.from({ length: 1 + below(10) }, (_, index) => {
      const name = `${seed}/${count}/${queue}/${extent.end + index}`;
      return name.padEnd(below(200), 'x');
    });
    extents.set(queue, { ...extent, end: extent.end + entries.length });
    return { queue, entries };
  };
  const endOf = (): EntryRange[] => {
    const queue = pick();
    const extent = extents.get(queue);
    if (extent === undefined || extent.first >= extent.end) return [];
    const from = random() < 0.6 ? extent.first : extent.first + below(extent.end - extent.first);
    const to = Math.min(extent.end, from + 1 + below(random() < 0.2 ? 60 : 12));
    if (from === extent.first) extents.set(queue, { ...extent, first: to });
    return [{ queue, from, to }];
  };

  return () => {
    count += 1;
    const over = [...endOf(), ...endOf()];
    const remove = random() < 0.02 ? [pick()] : [];
    for (const queue of remove) extents.delete(queue);
    const append = [...new Set([pick(), pick()])].filter((queue) => !remove.includes(queue)).map(appendTo);
    return { append, over, remove, put: { count: String(count), [pick()]: random() < 0.3 ? null : String(count) } };
  };
}
