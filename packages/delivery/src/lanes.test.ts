import { expect, test } from 'vitest';
import type { LaneEngine } from './lane-engine.ts';
import { Lanes } from './lanes.ts';

const lanesOf = (count: number) => {
  const lanes = new Lanes();
  for (let number = 0; number < count; number += 1) lanes.all.push({ number } as unknown as LaneEngine);
  return { laneOf: (key: string, subject?: string) => lanes.all.indexOf(lanes.of({ key, subject })) };
};

test('a line has the same lane for ever: what waits there from before a restart goes first', () => {
  const { laneOf } = lanesOf(16);
  expect(['', 'a', 'b', 'ann', 'bob', '😀'].map((name) => laneOf(name))).toEqual([5, 12, 5, 8, 4, 8]);
});

test('lines of one subject share a lane, whatever their keys; a line without one goes by its key', () => {
  const { laneOf } = lanesOf(16);
  expect(laneOf('UPSERT', 'ann')).toBe(laneOf('DELETE', 'ann'));
  expect(laneOf('UPSERT', 'ann')).toBe(laneOf('ann'));
});

test('names are spread over all lanes', () => {
  const { laneOf } = lanesOf(8);
  const counts = Array.from({ length: 8 }, () => 0);
  for (let index = 0; index < 8_000; index += 1) counts[laneOf(`user ${index}`)]! += 1;
  expect(Math.min(...counts)).toBeGreaterThan(800);
});

test('one lane takes everything', () => {
  expect(lanesOf(1).laneOf('a', 'ann')).toBe(0);
});
