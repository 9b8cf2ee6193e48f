import type { Throttling, ThrottlingResource } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { acquireAll, Throttle } from './throttle.ts';
import { ThrottleRegister, timeoutMs } from './throttle-register.ts';

const UPDATE = '/v1/user_segment_update';
let id = 0;
const throttling = (body: Partial<Throttling>): ThrottlingResource => {
  id += 1;
  return { id: String(id), plugin_version_id: '1', scope: 'GLOBAL', plugin_endpoint: UPDATE, ...body };
};
const feed = (datamartId: string, organisationId: string, ...throttlings: ThrottlingResource[]) => ({
  datamartId,
  organisationId,
  throttlings,
});

describe('the allowance of a call', () => {
  it('is one for all under GLOBAL and CONTAINER, and one for each datamart or organisation else', () => {
    const register = new ThrottleRegister();
    const shared = (body: Partial<Throttling>) => {
      const limit = throttling({ max_qps: 1, ...body });
      const [a] = register.for(feed('d1', 'o1', limit), UPDATE);
      const [b] = register.for(feed('d2', 'o1', limit), UPDATE);
      const [c] = register.for(feed('d1', 'o2', limit), UPDATE);
      return [a === b, a === c];
    };
    expect(shared({ scope: 'GLOBAL' })).toEqual([true, true]);
    expect(shared({ scope: 'CONTAINER' })).toEqual([true, true]);
    expect(shared({ scope: 'ORGANISATION' })).toEqual([true, false]);
    expect(shared({ scope: 'DATAMART' })).toEqual([false, true]);
  });

  it('is of the endpoint and key it names only', () => {
    const register = new ThrottleRegister();
    const limit = throttling({ scope: 'DATAMART', throttling_key: 'd1', max_concurrency: 1 });
    expect(register.for(feed('d1', 'o', limit), UPDATE)).toHaveLength(1);
    expect(register.for(feed('d2', 'o', limit), UPDATE)).toHaveLength(0);
    expect(register.for(feed('d1', 'o', limit), '/v1/batch_update')).toHaveLength(0);
    expect(register.for(feed('d1', 'o', throttling({ timeout_ms: 5 })), UPDATE)).toHaveLength(0);
  });

  it('has those who wait look again when something changed', async () => {
    const register = new ThrottleRegister();
    const limit = throttling({ max_concurrency: 1 });
    const throttles = register.for(feed('d', 'o', limit), UPDATE);
    expect(await acquireAll(throttles)).toBe(true);
    const waiting = [acquireAll(throttles), acquireAll(throttles)];
    register.disturb();
    expect(await Promise.all(waiting)).toEqual([false, false]);
    // The allowance goes on under changed limits, with what is under way.
    const same = register.for(feed('d', 'o', { ...limit, max_concurrency: 2 }), UPDATE);
    expect(same).toEqual(throttles);
    expect(await acquireAll(same)).toBe(true);
    const third = acquireAll(same);
    same[0]?.release();
    expect(await third).toBe(true);
  });

  it('has those of one feed look again, and leaves the others in line', async () => {
    const register = new ThrottleRegister();
    const throttles = register.for(feed('d', 'o', throttling({ max_concurrency: 1 })), UPDATE);
    expect(await acquireAll(throttles, 'feed 1')).toBe(true);
    const [one, other] = [acquireAll(throttles, 'feed 1'), acquireAll(throttles, 'feed 2')];
    register.disturb('feed 1');
    expect(await one).toBe(false);
    throttles[0]?.release();
    expect(await other).toBe(true);
  });
});

describe('a pace', () => {
  it('lets the first go at once, and no two at once even after a quiet time', async () => {
    const throttle = new Throttle(throttling({ max_qps: 20 }));
    const times: number[] = [];
    const call = async () => {
      await acquireAll([throttle]);
      times.push(performance.now());
      throttle.release();
    };
    const from = performance.now();
    await call();
    expect(performance.now() - from).toBeLessThan(25);
    await new Promise((resolve) => setTimeout(resolve, 200));
    times.length = 0;
    await Promise.all(Array.from({ length: 5 }, call));
    const distances = times.slice(1).map((time, index) => time - (times[index] as number));
    // A late timer shortens the next distance, never below what the beat allows.
    expect(Math.min(...distances)).toBeGreaterThan(0);
    expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThan(190);
  });
});

describe('a call under several throttlings', () => {
  const inTime = (promise: Promise<boolean>) =>
    Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 50, 'waits'))]);

  it('holds no place under one while it waits for another', async () => {
    const all = new Throttle(throttling({ max_concurrency: 1 }));
    const slow = new Throttle(throttling({ max_qps: 0.1, scope: 'DATAMART', throttling_key: 'd1' }));
    expect(await inTime(acquireAll([all, slow]))).toBe(true);
    all.release();
    slow.release();
    expect(await inTime(acquireAll([all, slow]))).toBe('waits');
    // Somebody else's call, which the slow one has nothing to do with.
    expect(await inTime(acquireAll([all]))).toBe(true);
  });

  it('uses up a beat when it is made, not while it waits for a place', async () => {
    const beat = new Throttle(throttling({ max_qps: 20 }));
    const place = new Throttle(throttling({ max_concurrency: 1, scope: 'DATAMART', throttling_key: 'd1' }));
    const times: number[] = [];
    const call = async () => {
      await acquireAll([beat, place]);
      times.push(performance.now());
      // The first takes its time, the others none.
      if (times.length === 1) await new Promise((resolve) => setTimeout(resolve, 300));
      beat.release();
      place.release();
    };
    await Promise.all(Array.from({ length: 5 }, call));
    expect((times.at(-1) as number) - (times[1] as number)).toBeGreaterThan(140);
  });
});

describe('the time of a call', () => {
  it('is the shortest that applies', () => {
    const limits = [
      throttling({ timeout_ms: 50 }),
      throttling({ timeout_ms: 20, scope: 'DATAMART', throttling_key: 'd1' }),
    ];
    expect(timeoutMs(feed('d1', 'o', ...limits), UPDATE)).toBe(20);
    expect(timeoutMs(feed('d2', 'o', ...limits), UPDATE)).toBe(50);
    expect(timeoutMs(feed('d1', 'o', ...limits), '/v1/batch_update')).toBeUndefined();
  });
});
