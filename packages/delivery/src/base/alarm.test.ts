import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing.ts';
import { Alarm } from './alarm.ts';
import type { Clock } from './clock.ts';

/** A clock that counts the timers it has running. */
class CountingClock implements Clock {
  readonly inner = new FakeClock(0);
  readonly waits: number[] = [];
  running = 0;

  now(): number {
    return this.inner.now();
  }

  after(ms: number, callback: () => void): () => void {
    this.waits.push(ms);
    this.running += 1;
    const callOff = this.inner.after(ms, () => {
      this.running -= 1;
      callback();
    });
    return () => {
      this.running -= 1;
      callOff();
    };
  }
}

describe('the alarm', () => {
  it('calls back at the times asked for, earliest first, however they were asked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(30), { maxLength: 25 }),
        fc.array(fc.nat(12), { maxLength: 8 }),
        async (times, moves) => {
          const clock = new CountingClock();
          const alarm = new Alarm(clock);
          const rung: number[] = [];
          for (const time of times) alarm.at(time, () => rung.push(time));
          // One timer however many times there are.
          expect(clock.running).toBe(times.length === 0 ? 0 : 1);
          for (const by of moves) {
            await clock.inner.advance(by);
            expect(rung).toEqual(times.filter((time) => time <= clock.now()).sort((one, other) => one - other));
            expect(clock.running).toBe(rung.length < times.length ? 1 : 0);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('sets a new timer for an earlier time only', async () => {
    const clock = new CountingClock();
    const alarm = new Alarm(clock);
    for (const time of [50, 70, 50, 20]) alarm.at(time, () => {});
    expect(clock.waits).toEqual([50, 20]);
    await clock.inner.advance(20);
    expect(clock.waits).toEqual([50, 20, 30]);
  });

  it('calls back for a time that has passed, after no wait', async () => {
    const clock = new CountingClock();
    await clock.inner.advance(100);
    const alarm = new Alarm(clock);
    let rung = false;
    alarm.at(40, () => {
      rung = true;
    });
    expect(rung).toBe(false);
    expect(clock.waits).toEqual([0]);
    await clock.inner.advance(0);
    expect(rung).toBe(true);
  });

  it('may be asked again by what it calls', async () => {
    const clock = new CountingClock();
    const alarm = new Alarm(clock);
    const rung: number[] = [];
    const again = () => {
      rung.push(clock.now());
      if (rung.length < 4) alarm.at(clock.now() + 10, again);
    };
    alarm.at(10, again);
    await clock.inner.advance(100);
    expect(rung).toEqual([10, 20, 30, 40]);
    expect(clock.running).toBe(0);
  });

  it('that fires early, as clocks do, waits for the rest', async () => {
    const clock = new CountingClock();
    const late = clock.inner;
    let early = true;
    const alarm = new Alarm({
      now: () => clock.now(),
      after: (ms, callback) => late.after(early ? ms / 2 : ms, callback),
    });
    const rung: number[] = [];
    alarm.at(40, () => rung.push(clock.now()));
    early = false;
    await late.advance(39);
    expect(rung).toEqual([]);
    await late.advance(1);
    expect(rung).toEqual([40]);
  });

  it('that was stopped calls back no one, now or later, not even those due at the same moment', async () => {
    const clock = new CountingClock();
    const alarm = new Alarm(clock);
    const rung: string[] = [];
    alarm.at(10, () => {
      rung.push('first');
      alarm.stop();
    });
    alarm.at(10, () => rung.push('second'));
    alarm.at(20, () => rung.push('third'));
    await clock.inner.advance(10);
    alarm.at(15, () => rung.push('fourth'));
    await clock.inner.advance(100);
    expect(rung).toEqual(['first']);
    expect(clock.running).toBe(0);

    const other = new Alarm(clock);
    other.at(500, () => rung.push('fifth'));
    other.stop();
    expect(clock.running).toBe(0);
  });
});
