import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AgeLists } from './age-lists.ts';
import { Group } from './group.ts';
import { WIDE } from './testing/lines.ts';

const AGES = [100, 1000];
const step = fc.record({ openedAt: fc.nat(60), age: fc.constantFrom(...AGES), removes: fc.option(fc.nat(20)) });

it('keeps groups in the order of their age, in whatever order they open', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const lists = new AgeLists();
      const open: Group<{ key: string; bytes: number }>[] = [];
      for (const { openedAt, age, removes } of steps) {
        const [removed] = removes === null ? [] : open.splice(removes, 1);
        if (removed !== undefined) lists.remove(removed);
        const group = new Group('a', { ...WIDE, maxAgeMs: age }, [], 0, openedAt, false);
        open.push(group);
        lists.push(group);
        const dueAt = open.map((one) => one.openedAt + one.policy.maxAgeMs);
        const next = lists.nextDue();
        expect((next?.openedAt ?? 0) + (next?.policy.maxAgeMs ?? 0)).toBe(Math.min(...dueAt));
        expect(lists.oldest()?.openedAt).toBe(Math.min(...open.map((one) => one.openedAt)));
        const now = 130;
        const due = [...lists.due(now)];
        expect(new Set(due)).toEqual(new Set(open.filter((one) => one.openedAt + one.policy.maxAgeMs <= now)));
        const opened = due.map((one) => one.openedAt);
        expect(opened).toEqual([...opened].sort((one, other) => one - other));
      }
      for (const group of open) lists.remove(group);
      expect([lists.nextDue(), lists.oldest()]).toEqual([undefined, undefined]);
    }),
  );
});

it('puts the groups of a backlog beside one another, without a walk past those of the present', () => {
  const lists = new AgeLists();
  const make = (openedAt: number) => new Group('a', WIDE, [], 0, openedAt, false);
  for (let index = 0; index < 50_000; index += 1) {
    lists.push(make(1_000_000));
    lists.push(make(index));
  }
  expect(lists.oldest()?.openedAt).toBe(0);
  // A walk past them each time would be a thousand million steps.
}, 2_000);
