import type { BatchSummary } from '@batchfeed/schemas';
import { expect, it } from 'vitest';
import { mergeBatches } from './merge-batches.ts';

const batch = (batch_id: string, sealed_ts: number, state: BatchSummary['state']) =>
  ({ batch_id, sealed_ts, state }) as BatchSummary;

it('has every batch once, in its latest state, newest first', () => {
  const before = [batch('a', 1, 'delivered'), batch('b', 2, 'in_flight')];
  const merged = mergeBatches(before, [batch('b', 2, 'delivered'), batch('c', 3, 'sealed')], 5);
  expect(merged.map(({ batch_id, state }) => [batch_id, state])).toEqual([
    ['c', 'sealed'],
    ['b', 'delivered'],
    ['a', 'delivered'],
  ]);
  expect(mergeBatches(before, [batch('c', 3, 'sealed')], 2).map(({ batch_id }) => batch_id)).toEqual(['c', 'b']);
});
