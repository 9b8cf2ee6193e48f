import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK, SettledPositions } from './settled-positions.ts';

/** What a store keeps of the changes: chunks and runs by suffix, and which entries are over. */
class Stored {
  readonly states = new Map<string, string>();
  readonly over = new Map<number, number>();

  take(positions: SettledPositions): void {
    const { put, over } = positions.takeChanges();
    for (const [suffix, value] of put) {
      if (value === null) this.states.delete(suffix);
      else this.states.set(suffix, value);
    }
    for (const { from, to } of over) {
      for (let position = from; position < to; position += 1) {
        this.over.set(position, (this.over.get(position) ?? 0) + 1);
      }
    }
  }

  restored(low: number): SettledPositions {
    const positions = new SettledPositions('q', low);
    for (const [suffix, value] of this.states) positions.restore(suffix, value);
    return positions;
  }
}

describe('SettledPositions', () => {
  it('moves its low mark over entries that end in order, and stores nothing for them', () => {
    const positions = new SettledPositions('q', 0);
    for (let position = 0; position < 3_000; position += 1) positions.mark(position);
    expect(positions.low).toBe(3_000);
    expect(positions.takeChanges()).toEqual({ put: [], over: [{ queue: 'q', from: 0, to: 3_000 }] });
  });

  it('keeps one run for everything that passed an entry that stays behind', () => {
    const positions = new SettledPositions('q', 0);
    const stored = new Stored();
    for (let position = 1; position < CHUNK * 1_000; position += 1) positions.mark(position);
    stored.take(positions);
    expect(positions.low).toBe(0);
    expect(stored.states.size).toBe(2);
    expect(positions.count).toBe(CHUNK * 1_000 - 1);
    positions.mark(0);
    stored.take(positions);
    expect(positions.low).toBe(CHUNK * 1_000);
    expect(stored.states.size).toBe(0);
  });

  it('marks a range of a million entries without looking at each', () => {
    const positions = new SettledPositions('q', 0);
    positions.mark(5);
    const before = performance.now();
    positions.markRange(10, 1_000_000);
    expect(performance.now() - before).toBeLessThan(100);
    expect(positions.count).toBe(1_000_000 - 10 + 1);
    expect([positions.has(9), positions.has(10), positions.has(999_999), positions.has(1_000_000)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('agrees with a set, names each entry that is over once at most, and comes back from what it stored', () => {
    const near = fc.integer({ min: 0, max: CHUNK * 4 });
    const steps = fc.array(
      fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({ do: fc.constant('mark' as const), at: near, count: fc.integer({ min: 1, max: 50 }) }),
        },
        {
          weight: 2,
          arbitrary: fc.record({
            do: fc.constant('range' as const),
            at: near,
            count: fc.integer({ min: 1, max: CHUNK * 2 }),
          }),
        },
        { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
      ),
      { maxLength: 25, size: 'max' },
    );
    fc.assert(
      fc.property(steps, (script) => {
        let positions = new SettledPositions('q', 0);
        const stored = new Stored();
        const model = new Set<number>();
        for (const step of script) {
          if (step.do === 'restart') {
            stored.take(positions);
            positions = stored.restored(positions.low);
          } else if (step.do === 'mark') {
            for (let position = step.at; position < step.at + step.count; position += 1) {
              positions.mark(position);
              model.add(position);
            }
          } else {
            positions.markRange(step.at, step.at + step.count);
            for (let position = step.at; position < step.at + step.count; position += 1) model.add(position);
          }
        }
        stored.take(positions);
        expect(positions.count).toBe(model.size);
        for (let position = 0; position < CHUNK * 6; position += 1) {
          if (positions.has(position) !== model.has(position)) throw new Error(`position ${position}`);
          const told = stored.over.get(position) ?? 0;
          if (told > 1 || (told === 1 && !model.has(position)))
            throw new Error(`position ${position} told ${told} times`);
          if (position < positions.low && told !== 1)
            throw new Error(`position ${position} below the mark was not told`);
        }
      }),
      { numRuns: 200 },
    );
  });
});
