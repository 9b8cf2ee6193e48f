import type { DeadLetterGroup, DeadLetterResource } from '@batchfeed/schemas';
import { expect, it } from 'vitest';
import { lettersIn, replayOf, replayOfAll, replayOfGroup } from './replay-request.ts';

const letter = (id: string, stage: DeadLetterResource['stage'], lines: number): DeadLetterResource => ({
  id,
  stage,
  batch_id: id,
  lines,
  reason: 'refused',
  attempts: 1,
  dead_ts: 0,
});
const group = (name: string, stage: DeadLetterGroup['stage'], count: number, lines: number): DeadLetterGroup => ({
  group: name,
  stage,
  reason: 'refused',
  http_status: 400,
  count,
  lines,
  first_dead_ts: 0,
  last_dead_ts: 0,
});

it('counts what was selected', () => {
  const request = replayOf([
    letter('batch-1', 'batch', 100),
    letter('batch-2', 'batch', 7),
    letter('update-1', 'update', 1),
  ]);
  expect(request.which).toEqual({ ids: ['batch-1', 'batch-2', 'update-1'] });
  expect(request.amount).toEqual({ batches: 2, lines: 107, updates: 1 });
  expect(lettersIn(request.amount)).toBe(3);
  expect(request.isOpenEnded).toBe(false);
});

it('counts a group', () => {
  expect(replayOfGroup(group('g', 'batch', 3, 1_500))).toEqual({
    which: { group: 'g' },
    amount: { batches: 3, lines: 1_500, updates: 0 },
    isOpenEnded: true,
  });
});

it('counts all groups', () => {
  const all = replayOfAll([group('g', 'batch', 3, 1_500), group('h', 'update', 2, 2)]);
  expect(all.which).toEqual({});
  expect(all.amount).toEqual({ batches: 3, lines: 1_500, updates: 2 });
});
