import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keySeparator, SingleFlightCache } from './single-flight-cache.ts';

const options = { ttlMs: 1_000, failureTtlMs: 100, timeoutMs: 500 };
let cache: SingleFlightCache<number>;
beforeEach(() => {
  vi.useFakeTimers();
  cache = new SingleFlightCache();
});
afterEach(() => vi.useRealTimers());

const counter = () => {
  let count = 0;
  return vi.fn(async () => {
    count += 1;
    return count;
  });
};

describe('load', () => {
  it('builds once for all that ask at the same time, and again when it expired', async () => {
    const build = counter();
    expect(await Promise.all([cache.load('a', build, options), cache.load('a', build, options)])).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(999);
    expect(await cache.load('a', build, options)).toBe(1);
    await vi.advanceTimersByTimeAsync(2);
    expect(await cache.load('a', build, options)).toBe(2);
  });

  it('remembers a failure for a while only', async () => {
    const build = vi.fn(() => Promise.reject(new Error('down')));
    await expect(cache.load('a', build, options)).rejects.toThrow('down');
    await expect(cache.load('a', build, options)).rejects.toThrow('down');
    expect(build).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(101);
    expect(await cache.load('a', counter(), options)).toBe(1);
  });

  it('gives up on a build that hangs, and what it says later counts for nothing', async () => {
    let finish = (_value: number) => {};
    const hanging = () =>
      new Promise<number>((resolve) => {
        finish = resolve;
      });
    const first = expect(cache.load('a', hanging, options)).rejects.toMatchObject({ code: 'gateway_timeout' });
    await vi.advanceTimersByTimeAsync(501);
    await first;
    await vi.advanceTimersByTimeAsync(101);
    expect(await cache.load('a', async () => 2, options)).toBe(2);
    finish(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await cache.get('a')).toBe(2);
  });

  it('does not let a load overtaken by a refresh, or by a deletion, bring old data back', async () => {
    let finish = (_value: number) => {};
    const slow = () =>
      new Promise<number>((resolve) => {
        finish = resolve;
      });
    const old = cache.load('a', slow, options);
    expect(await cache.load('a', async () => 2, { ...options, refresh: true })).toBe(2);
    finish(1);
    expect(await old).toBe(1);
    expect(await cache.get('a')).toBe(2);
    const gone = cache.load('b', slow, options);
    cache.del('b');
    finish(3);
    await gone;
    expect(cache.get('b')).toBeUndefined();
  });
});

describe('keys', () => {
  it('of a feed are deleted with what was built for its destinations', () => {
    for (const key of ['1', `1${keySeparator}7`, `1${keySeparator}8`, '11', `2${keySeparator}7`]) {
      cache.put(key, Promise.resolve(0));
    }
    expect(cache.del('1')).toBe(true);
    expect(cache.size).toBe(2);
    cache.delDestination('7');
    expect(cache.size).toBe(1);
    expect(cache.del('nothing')).toBe(false);
    cache.clear();
    expect(cache.size).toBe(0);
  });

  it('are bounded in number: the oldest goes', () => {
    for (let key = 0; key <= 10_000; key += 1) cache.put(String(key), Promise.resolve(key));
    expect(cache.size).toBe(10_000);
    expect(cache.get('0')).toBeUndefined();
    expect(cache.get('10000')).toBeDefined();
  });
});
