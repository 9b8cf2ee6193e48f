import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHUNK, CHUNK_PREFIX, SettledPositions } from './settled-positions.ts';

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('settled positions', () => {
  test('move the mark over everything settled, and say so once', () => {
    const settled = new SettledPositions(10);
    for (const position of [11, 12, 14]) settled.mark(position);
    expect(settled.lowWater).toBe(10);
    expect(settled.takeChanges()).toMatchObject({ put: expect.objectContaining({ size: 1 }), lowWater: undefined });
    settled.mark(10);
    expect(settled.lowWater).toBe(13);
    expect(settled.takeChanges().lowWater).toBe(13);
    expect(settled.takeChanges()).toEqual({ put: new Map(), lowWater: undefined });
  });

  test('below the mark are over, and marking them again changes nothing', () => {
    const settled = new SettledPositions(10);
    expect([0, 9, 10].map((position) => settled.has(position))).toEqual([true, true, false]);
    settled.mark(9);
    settled.mark(0);
    expect(settled.takeChanges()).toEqual({ put: new Map(), lowWater: undefined });
  });

  test('marked twice are written once', () => {
    const settled = new SettledPositions(0);
    settled.mark(5);
    settled.takeChanges();
    settled.mark(5);
    expect(settled.takeChanges()).toEqual({ put: new Map(), lowWater: undefined });
  });

  test('of a chunk that is full are dropped from the store, and none is kept for what lies below the mark', () => {
    const settled = new SettledPositions(0);
    for (const position of range(0, CHUNK - 1)) settled.mark(position);
    const { put } = settled.takeChanges();
    expect([...put.keys()]).toEqual([`${CHUNK_PREFIX}0`]);
    // One bit an entry.
    expect(Buffer.from(put.get(`${CHUNK_PREFIX}0`) ?? '', 'base64')).toHaveLength(CHUNK / 8);
    settled.mark(CHUNK - 1);
    expect(settled.takeChanges()).toEqual({ put: new Map([[`${CHUNK_PREFIX}0`, null]]), lowWater: CHUNK });
    expect(settled.has(CHUNK)).toBe(false);
  });

  test('run on across chunks that were full before', () => {
    const settled = new SettledPositions(0);
    for (const position of range(1, 3 * CHUNK + 5)) settled.mark(position);
    settled.takeChanges();
    settled.mark(0);
    expect(settled.takeChanges()).toEqual({
      put: new Map([
        [`${CHUNK_PREFIX}0`, null],
        [`${CHUNK_PREFIX}1`, null],
        [`${CHUNK_PREFIX}2`, null],
      ]),
      lowWater: 3 * CHUNK + 5,
    });
  });

  test('that were restored count towards a full chunk', () => {
    const before = new SettledPositions(0);
    for (const position of range(1, CHUNK + 3)) before.mark(position);
    const after = new SettledPositions(0);
    for (const [key, value] of before.takeChanges().put) after.restore(key, value as string);
    after.mark(0);
    expect(after.lowWater).toBe(CHUNK + 3);
    expect(after.takeChanges()).toEqual({ put: new Map([[`${CHUNK_PREFIX}0`, null]]), lowWater: CHUNK + 3 });
  });

  test('stored with an older mark move it at once', () => {
    // A crash left the bits but not the mark that came behind them.
    const before = new SettledPositions(0);
    for (const position of range(2, 9)) before.mark(position);
    const after = new SettledPositions(2);
    for (const [key, value] of before.takeChanges().put) after.restore(key, value as string);
    expect(after.lowWater).toBe(9);
    after.mark(9);
    expect(range(0, 11).filter((position) => !after.has(position))).toEqual([10]);
  });

  test('answer as a set does, whatever is marked and however often they are stored and restored', () => {
    // Near the borders of chunks and bytes, where mistakes live.
    const position = fc
      .tuple(fc.constantFrom(0, 8, CHUNK, 2 * CHUNK), fc.integer({ min: -9, max: 9 }))
      .map(([border, by]) => Math.max(0, border + by));
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('mark' as const), position }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('run' as const), position, length: fc.nat(CHUNK + 9) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const model = new Set<number>();
        const stored = new Map<string, string>();
        let mark = 0;
        let settled = new SettledPositions(0);
        const check = () => {
          while (model.has(mark)) mark += 1;
          expect(settled.lowWater).toBe(mark);
          for (const border of [0, 8, CHUNK, 2 * CHUNK, 3 * CHUNK, mark]) {
            for (let at = Math.max(0, border - 10); at < border + 10; at += 1)
              if (settled.has(at) !== model.has(at)) expect.fail(`position ${at}`);
          }
        };
        for (const each of steps) {
          if (each.do === 'restart') {
            const { put, lowWater } = settled.takeChanges();
            for (const [key, value] of put) {
              if (value === null) stored.delete(key);
              else stored.set(key, value);
            }
            expect(lowWater ?? mark).toBe(mark);
            // Nothing is kept for chunks that lie below the mark.
            for (const key of stored.keys())
              expect((Number(key.slice(CHUNK_PREFIX.length)) + 1) * CHUNK).toBeGreaterThan(mark);
            settled = new SettledPositions(mark);
            for (const [key, value] of stored) settled.restore(key, value);
          } else {
            const length = each.do === 'run' ? each.length : 1;
            for (let at = each.position; at < each.position + length; at += 1) {
              model.add(at);
              settled.mark(at);
            }
          }
          check();
        }
      }),
      { numRuns: 40 },
    );
  });
});
