import { describe, expect, it } from 'vitest';
import { Batcher, type Ordering } from './index.ts';
import { line, only, shown, type TestLine, WIDE } from './testing/lines.ts';

function restarted(ordering: Ordering = 'USER'): Batcher<TestLine> {
  return new Batcher<TestLine>({ policy: WIDE, ordering });
}

const SEALED = { openedAt: 3, bytes: 10, reason: 'lines' } as const;

describe('restoring (point 12)', () => {
  it('gives a batch its lines, its age, its reason and its place in the order', () => {
    const batcher = restarted();
    const first = batcher.restore({ ...SEALED, key: 'A', reason: 'order', bytes: 20 });
    const second = batcher.restore({ ...SEALED, key: 'B', express: true });
    const lines = [line('A', 'ann'), line('A', 'bob')];
    for (const one of lines) expect(batcher.restoreCause([one], [first], 3)).toEqual([]);
    expect(first).toMatchObject({ lines, reason: 'order', openedAt: 3, oldestAt: 3, bytes: 20, sequence: 1 });
    expect(second).toMatchObject({ express: true, sequence: 2, settled: false });
    expect([batcher.openLines, batcher.heldLines]).toEqual([0, 0]);
  });

  it('finds again what a batch waits for', () => {
    const batcher = restarted();
    const [a, b, c] = ['A', 'B', 'C'].map((key) => batcher.restore({ ...SEALED, key }));
    if (a === undefined || b === undefined || c === undefined) throw new Error('three batches were to be restored');
    for (const [index, batch] of [a, b, c].entries()) batcher.restoreCause([line(batch.key, 'ann')], [batch], 3, index);
    expect([a, b, c].map((batch) => batcher.blockers(batch))).toEqual([[], [a], [b]]);
    batcher.add(line('D', 'ann'), 5);
    expect(batcher.blockers(only(batcher.drain()))).toEqual([c]);
    expect(batcher.settle(a)).toEqual([b]);
  });

  it('lets no batch wait for a later one, and later lines wait for both', () => {
    const batcher = restarted();
    const first = batcher.restore({ ...SEALED, key: 'A' });
    const second = batcher.restore({ ...SEALED, key: 'B' });
    batcher.restoreCause([line('B', 'ann')], [second], 3, 1);
    batcher.restoreCause([line('A', 'ann')], [first], 3, 2);
    expect([batcher.blockers(first), batcher.blockers(second)]).toEqual([[], []]);
    batcher.add(line('C', 'ann'), 5);
    expect(batcher.blockers(only(batcher.drain()))).toEqual([second, first]);
  });

  it('lets the lines of one cause wait for the same, sealed or not, in one call or more', () => {
    for (const isCut of [false, true]) {
      const batcher = restarted();
      const before = batcher.restore({ ...SEALED, key: 'A' });
      const sealed = batcher.restore({ ...SEALED, key: 'B' });
      batcher.restoreCause([line('A', 'ann')], [before], 1, 1);
      const lines = [line('B', 'ann'), line('C', 'ann')];
      if (isCut) {
        batcher.restoreCause(lines.slice(1), [undefined], 2, 2);
        batcher.restoreCause(lines.slice(0, 1), [sealed], 2, 2);
      } else batcher.restoreCause(lines, [sealed, undefined], 2, 2);
      expect(batcher.blockers(sealed)).toEqual([before]);
      batcher.add(line('D', 'ann'), 3);
      expect(only(batcher.heldOf('ann')).blockers.map(({ key }) => key)).toEqual(['C']);
      const [c, d] = batcher.drain();
      expect(c === undefined ? [] : batcher.blockers(c)).toEqual([before]);
      expect(new Set(d === undefined ? [] : batcher.blockers(d))).toEqual(new Set([sealed, c]));
    }
  });

  it('takes lines without number as one cause for each call', () => {
    const batcher = restarted();
    const sealed = batcher.restore({ ...SEALED, key: 'A' });
    batcher.restoreCause([line('A', 'ann'), line('B', 'ann')], [sealed, undefined], 1);
    expect(batcher.peek('B')?.blocked).toBe(false);
    batcher.restoreCause([line('B', 'ann'), line('C', 'ann')], [undefined, undefined], 2);
    expect(batcher.heldOf('ann').map(({ line: { key } }) => key)).toEqual(['C']);
    expect(batcher.blockers(only([...batcher.openGroups()]))).toEqual([sealed]);
  });

  it('takes open and held lines in again, in order, with their age', () => {
    const batcher = restarted();
    batcher.restoreCause([line('A', 'ann')], [undefined], 1, 1);
    batcher.restoreCause([line('B', 'ann')], [undefined], 2, 2);
    batcher.restoreCause([line('B')], [undefined], 7, 3);
    expect([batcher.openLines, batcher.heldLines, batcher.oldestAt, batcher.nextDueAt]).toEqual([2, 1, 1, 1201]);
    expect(shown(batcher.due(1201))).toEqual(['A age: A']);
    expect(shown(batcher.due(1202))).toEqual(['B order: B B']);
  });

  it('refuses a cause when a line that is not sealed does not fit, and changes nothing', () => {
    const batcher = restarted();
    const sealed = batcher.restore({ ...SEALED, key: 'A' });
    const large = { ...line('B', 'ann'), bytes: 20_000 };
    expect(() => batcher.restoreCause([line('A', 'ann'), large], [sealed, undefined], 1, 1)).toThrow(
      expect.objectContaining({ code: 'LINE_TOO_LARGE' }),
    );
    expect(sealed.lines).toEqual([]);
    expect(batcher.restoreCause([large], [sealed], 1, 1)).toEqual([]);
  });

  it('keeps replays: later lines wait for them, earlier ones do not', () => {
    const batcher = restarted();
    const before = batcher.restore({ ...SEALED, key: 'A' });
    const given = { ...SEALED, key: 'X', lines: [line('X', 'ann')] };
    const replays = [batcher.restoreReplay(given), batcher.restoreReplay({ ...given, key: 'Y' })] as const;
    const after = batcher.restore({ ...SEALED, key: 'B' });
    batcher.restoreCause([line('A', 'ann')], [before], 1, 1);
    batcher.restoreCause([line('B', 'ann')], [after], 2, 2);
    batcher.restoreCause([line('C', 'ann')], [undefined], 3, 3);
    expect(batcher.blockers(before)).toEqual([]);
    expect(batcher.blockers(replays[1])).toEqual([replays[0]]);
    expect(batcher.blockers(after)).toEqual([...replays, before]);
    expect(batcher.blockers(only(batcher.drain()))).toEqual([after, ...replays]);
  });

  it('lets sealed batches wait as before where the ordering in force is by key', () => {
    const batcher = restarted('GROUPING_KEY');
    const batches = ['A', 'B'].map((key) => batcher.restore({ ...SEALED, key }));
    for (const [index, batch] of batches.entries()) batcher.restoreCause([line(batch.key, 'ann')], [batch], 1, index);
    expect(batches.map(({ blocked }) => blocked)).toEqual([false, true]);
    batcher.reorder('USER');
    batcher.add(line('C', 'ann'), 5);
    expect(batcher.blockers(only(batcher.drain()))).toEqual(batches);
  });

  it('lets parts of one sealed cause not wait for one another where the ordering in force is by key', () => {
    const batcher = restarted('GROUPING_KEY');
    const batches = ['A', 'B'].map((key) => batcher.restore({ ...SEALED, key }));
    for (const batch of batches) batcher.restoreCause([line(batch.key, 'ann')], [batch], 1, 7);
    expect(batches.map(({ blocked }) => blocked)).toEqual([false, false]);
  });

  it('lets open lines wait for nothing where the ordering in force is by key', () => {
    const batcher = restarted('GROUPING_KEY');
    const sealed = batcher.restore({ ...SEALED, key: 'A' });
    batcher.restoreCause([line('A', 'ann')], [sealed], 1, 1);
    batcher.restoreCause([line('B', 'ann')], [undefined], 2, 2);
    expect(only(batcher.drain()).blocked).toBe(false);
  });
});
