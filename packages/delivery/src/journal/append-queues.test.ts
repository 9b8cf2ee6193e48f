import { describe, expect, it } from 'vitest';
import { type Append, AppendQueues } from './append-queues.ts';

const append = (queue: string, count: number, size = 1_000, notes?: Append['notes']): Append => ({
  queue,
  entries: Array.from({ length: count }, (_, index) => `${queue}${index}`),
  sizes: Array.from({ length: count }, () => size),
  notes,
  taken: () => {},
});
const shape = (slices: ReturnType<AppendQueues['take']>) =>
  slices.map(({ append: { queue }, from, count, end }) => [queue, from, count, end !== undefined]);

describe('AppendQueues', () => {
  it('gives an append as a whole when it fits', () => {
    const queues = new AppendQueues();
    void queues.add(append('a', 3));
    expect(shape(queues.take(1_000_000))).toEqual([['a', 0, 3, true]]);
    expect(queues.isEmpty).toBe(true);
  });

  it('cuts a giant append and lets a small one of another queue in between', () => {
    const queues = new AppendQueues();
    void queues.add(append('giant', 1_000));
    void queues.add(append('small', 1));
    const first = shape(queues.take(100_000));
    expect(first).toContainEqual(['small', 0, 1, true]);
    expect(first.at(-1)?.[0]).toBe('giant');
    let taken = first.filter(([queue]) => queue === 'giant').reduce((sum, [, , count]) => sum + Number(count), 0);
    while (!queues.isEmpty) {
      for (const { from, count } of queues.take(100_000)) {
        expect(from).toBe(taken);
        taken += count;
      }
    }
    expect(taken).toBe(1_000);
  });

  it('never cuts an append with notes', () => {
    const queues = new AppendQueues();
    void queues.add(append('a', 500, 1_000, new Map([['k', 'v']])));
    expect(shape(queues.take(10_000))).toEqual([['a', 0, 500, true]]);
  });

  it('keeps the order within a queue', () => {
    const queues = new AppendQueues();
    void queues.add(append('a', 2));
    void queues.add(append('b', 1));
    void queues.add(append('a', 1));
    expect(shape(queues.take(1_000_000)).filter(([queue]) => queue === 'a')).toEqual([
      ['a', 0, 2, true],
      ['a', 0, 1, true],
    ]);
  });

  it('rejects what waits when it fails, and says when what waited has passed', async () => {
    const queues = new AppendQueues();
    const waiting = queues.add(append('a', 1));
    const passed = queues.passed();
    queues.fail(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await passed;
    expect(queues.isEmpty).toBe(true);
  });
});
