import { expect, it } from 'vitest';
import { batchingEffect } from './batching-effect.ts';

const NOW = 10_000;
const POLICY = { maxLines: 10, maxBytes: 1_000, maxAgeMs: 500 };
const group = (lines: number, bytes: number, ageMs: number, express = false) => ({
  destination: '1',
  key: `${lines} ${bytes} ${ageMs}`,
  lines,
  bytes,
  openedAt: NOW - ageMs,
  express,
});
const effectOn = (groups: ReturnType<typeof group>[], more: { held?: number; freesOrder?: boolean } = {}) =>
  batchingEffect({ groups, held: 0, freesOrder: false, ...more, policy: POLICY }, NOW);

it.each([
  ['just below every limit', group(9, 1_000, 499), 0],
  ['full', group(10, 500, 0), 1],
  ['too long for a body', group(2, 1_001, 0), 1],
  ['as old as it may be', group(1, 10, 500), 1],
])('a group that is %s is sealed at once when it is over a limit', (_, one, cut) => {
  expect(effectOn([one]).seal_now_groups).toBe(cut);
});

it('counts groups and lines, all of them and those sealed at once', () => {
  expect(effectOn([group(9, 10, 0), group(30, 10, 0), group(4, 2_000, 0)])).toEqual({
    open_groups: 3,
    open_lines: 43,
    seal_now_groups: 2,
    seal_now_lines: 34,
    released_lines: 0,
  });
  expect(effectOn([])).toMatchObject({ open_groups: 0, seal_now_lines: 0 });
});

it('seals express groups and lets held lines go where the order of users is given up', () => {
  const groups = [group(3, 10, 0, true), group(5, 10, 0)];
  expect(effectOn(groups, { held: 4 })).toMatchObject({ seal_now_groups: 0, released_lines: 0 });
  expect(effectOn(groups, { held: 4, freesOrder: true })).toMatchObject({
    seal_now_groups: 1,
    seal_now_lines: 3,
    released_lines: 4,
  });
});
