import { expect, it } from 'vitest';
import { batchingEffect } from './batching-effect.ts';

const NOW = 10_000;
const POLICY = { maxLines: 10, maxBytes: 1_000, maxAgeMs: 500 };
const group = (lines: number, bytes: number, ageMs: number) => ({
  destination: '1',
  key: `${lines} ${bytes} ${ageMs}`,
  lines,
  bytes,
  openedAt: NOW - ageMs,
});

it.each([
  ['just below every limit', group(9, 1_000, 499), 0],
  ['full', group(10, 500, 0), 1],
  ['too long for a body', group(2, 1_001, 0), 1],
  ['as old as it may be', group(1, 10, 500), 1],
])('a group that is %s', (_, one, cut) => {
  expect(batchingEffect([one], POLICY, NOW).seal_now_groups).toBe(cut);
});

it('counts groups and lines, all of them and those sealed at once', () => {
  const groups = [group(9, 10, 0), group(30, 10, 0), group(4, 2_000, 0)];
  expect(batchingEffect(groups, POLICY, NOW)).toEqual({
    open_groups: 3,
    open_lines: 43,
    seal_now_groups: 2,
    seal_now_lines: 34,
  });
  expect(batchingEffect([], POLICY, NOW)).toMatchObject({ open_groups: 0, seal_now_lines: 0 });
});
