import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pacer } from './pacer.ts';

describe('Pacer', () => {
  it('never lets more than the limit go in any second', () => {
    const arrivals = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), arrivals, (limit, gaps) => {
        const pacer = new Pacer(limit);
        const taken: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          for (let ms = pacer.take(now); ms > 0; ms = pacer.take(now)) now += ms;
          taken.push(now);
        }
        for (const [index, start] of taken.entries()) {
          expect((taken[index + limit] ?? Number.POSITIVE_INFINITY) - start).toBeGreaterThanOrEqual(1_000);
        }
      }),
    );
  });

  it('waits no longer than it must', () => {
    const pacer = new Pacer(3);
    expect([0, 0, 0, 0].map((now) => pacer.take(now))).toEqual([0, 0, 0, 1_000]);
    expect(pacer.take(1_000)).toBe(0);
  });

  it('spaces a limit below one', () => {
    const pacer = new Pacer(0.5);
    expect([pacer.take(0), pacer.take(500), pacer.take(2_000)]).toEqual([0, 1_500, 0]);
  });

  it('holds everything while paused, even without a limit', () => {
    const pacer = new Pacer(Number.POSITIVE_INFINITY);
    pacer.pause(50);
    pacer.pause(20);
    expect([pacer.take(0), pacer.take(50)]).toEqual([50, 0]);
  });
});
