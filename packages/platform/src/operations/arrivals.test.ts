import { expect, it } from 'vitest';
import { CHUNK } from './arrival-chunk.ts';
import { Arrivals } from './arrivals.ts';

const trace = (feedId: string, user: string) => `${feedId}/${user}`;
const lines = (count: number, key = 'k') =>
  Array.from({ length: count }, (_, index) => ({ key, content: '"é"', subject: `user ${index}` }));

it('arrivals keep times, sizes, and which keys and subjects are the same', async () => {
  let now = 1_000;
  const arrivals = new Arrivals(trace, () => now);
  arrivals.came('1', [
    { key: 'a', content: '"é"', subject: 'ann' },
    { key: 'b', content: '{}', subject: 'bob' },
  ]);
  now = 2_000;
  arrivals.came('1', [{ key: 'a', content: '1' }]);
  const [first, second, third] = arrivals.latest('1');
  expect([first, second, third].map((arrival) => [arrival?.ts, arrival?.bytes])).toEqual([
    [1_000, 4],
    [1_000, 2],
    [2_000, 1],
  ]);
  expect(third?.key).toBe(first?.key);
  expect(second?.key).not.toBe(first?.key);
  expect(second?.subject).not.toBe(first?.subject);
  expect(third).not.toHaveProperty('subject');
  const named = await arrivals.named('1');
  expect(named.map(({ key }) => key === named[0]?.key)).toEqual([true, false, true]);
  expect(JSON.stringify([arrivals.latest('1'), named])).not.toMatch(/ann|bob/);
  expect(arrivals.latest('2')).toEqual([]);
});

it('arrivals tell which lines one update made, also where its first ones are not asked for', async () => {
  const arrivals = new Arrivals(trace, () => 0);
  const two = { key: 'b', content: '1', subject: 'ann' };
  arrivals.came('1', [{ ...two, key: 'a' }, two]);
  arrivals.came('1', [two]);
  arrivals.came('1', [{ ...two, content: 'x'.repeat(3_000) }, two, { ...two, key: 'c' }]);
  expect(arrivals.latest('1').map(({ cause }) => cause)).toEqual([1, 1, 2, 3, 3, 3]);
  expect(arrivals.latest('1', 5).map(({ cause }) => cause)).toEqual([1, 2, 3, 3, 3]);
  expect(arrivals.latest('1').map(({ bytes }) => bytes)).toEqual([1, 1, 1, 3_000, 1, 1]);
  expect((await arrivals.named('1')).map(({ cause }) => cause)).toEqual([1, 1, 2, 3, 3, 3]);
});

it('arrivals of one update stay together across the edge of a chunk', () => {
  const arrivals = new Arrivals(trace, () => 0);
  arrivals.came('1', lines(CHUNK - 1));
  arrivals.came('1', lines(3));
  expect(
    arrivals
      .latest('1')
      .slice(-4)
      .map(({ cause }) => cause),
  ).toEqual([1, 2, 2, 2]);
});

it('arrivals tell apart hundreds of thousands of keys and subjects', () => {
  const arrivals = new Arrivals(trace, () => 0);
  const count = 200_000;
  arrivals.record('1', count);
  for (let index = 0; index < count; index += 1) {
    arrivals.came('1', [{ key: `key-${index}`, content: '1', subject: `${index}@example.com` }]);
  }
  const latest = arrivals.latest('1');
  expect(new Set(latest.map(({ key }) => key)).size).toBe(count);
  expect(new Set(latest.map(({ subject }) => subject)).size).toBe(count);
});

it('arrivals are the latest ones, as many as there is room for, and as many as somebody asked for', () => {
  let now = 0;
  const arrivals = new Arrivals(trace, () => now);
  for (now = 1; now <= 1_000; now += 1) arrivals.came('busy', lines(CHUNK));
  const busy = arrivals.latest('busy');
  expect(busy).toHaveLength(400 * CHUNK);
  expect([busy[0]?.ts, busy.at(-1)?.ts]).toEqual([601, 1_000]);
  expect(arrivals.latest('busy', 300).map(({ ts }) => ts)).toEqual([...Array(44).fill(999), ...Array(256).fill(1_000)]);

  arrivals.record('busy', 3);
  expect(arrivals.latest('busy')).toEqual([]);
  for (; now <= 5_000; now += 1) arrivals.came('busy', lines(1));
  expect(arrivals.latest('busy').map(({ ts }) => ts)).toEqual([4_998, 4_999, 5_000]);
  arrivals.record('busy', 0);
  arrivals.came('busy', lines(5));
  expect(arrivals.latest('busy')).toHaveLength(5);
});

it('arrivals of the feeds that were written to least recently make room for the others', () => {
  const arrivals = new Arrivals(trace, () => 0);
  for (let feed = 0; feed < 3_000; feed += 1) arrivals.came(`feed ${feed}`, lines(2));
  const kept = Array.from({ length: 3_000 }, (_, feed) => arrivals.latest(`feed ${feed}`).length);
  expect(kept.slice(0, 3_000 - 1_024).every((count) => count === 0)).toBe(true);
  expect(kept.slice(3_000 - 1_024).every((count) => count === 2)).toBe(true);
  // A busy one takes from those, and never more than its share.
  arrivals.came('feed 2999', lines(1_000 * CHUNK));
  const left = Array.from({ length: 3_000 }, (_, feed) => arrivals.latest(`feed ${feed}`).length);
  expect(left.at(-1)).toBeGreaterThan(399 * CHUNK);
  expect(left.filter((count) => count === 2)).toHaveLength(1_024 - 400);
});
