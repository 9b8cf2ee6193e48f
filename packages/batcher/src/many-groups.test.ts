import { expect, it } from 'vitest';
import { Batcher } from './index.ts';
import { line, only, type TestLine, WIDE } from './testing/lines.ts';

const KEYS = Array.from({ length: 16 }, (_, index) => `K${index}`);

it('lets a later line wait for all groups of a cause, however many parts and groups it has', () => {
  const batcher = new Batcher<TestLine>({ policy: WIDE });
  // Each part has groups in common with the one before.
  for (const part of [KEYS.slice(0, 11), KEYS.slice(2, 14), KEYS.slice(5)]) {
    batcher.addCause(
      part.map((key) => line(key, 'ann')),
      0,
      7,
    );
  }
  const sealed = batcher.drain();
  expect(sealed).toHaveLength(KEYS.length);
  batcher.add(line('later', 'ann'), 1);
  const later = only(batcher.drain());
  expect(batcher.blockers(later)).toEqual(sealed);
  for (const batch of sealed.slice(1)) expect(batcher.settle(batch)).toEqual([]);
  expect(later.blocked).toBe(true);
  expect(batcher.settle(only(sealed.slice(0, 1)))).toEqual([later]);
});

it('lets a later line wait for all that many lines left while the ordering was by key', () => {
  const batcher = new Batcher<TestLine>({ policy: WIDE, ordering: 'GROUPING_KEY' });
  for (const part of [KEYS.slice(0, 11), KEYS.slice(2, 14), KEYS.slice(5)]) {
    batcher.addCause(
      part.map((key) => line(key, 'ann')),
      0,
    );
  }
  const sealed = batcher.drain();
  batcher.reorder('USER');
  batcher.add(line('later', 'ann'), 1);
  expect(batcher.blockers(only(batcher.drain()))).toEqual(sealed);
});
