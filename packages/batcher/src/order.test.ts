import { describe, expect, it } from 'vitest';
import { type Batch, Batcher } from './index.ts';
import { line, only, shown, type TestLine, WIDE } from './testing/lines.ts';

/** A batcher in which only age or the caller seals, with maximum age 1200. */
function wide(ordering?: 'USER' | 'GROUPING_KEY'): Batcher<TestLine> {
  return new Batcher<TestLine>({ policy: WIDE, ...(ordering === undefined ? {} : { ordering }) });
}

function namesOf(batches: Iterable<Batch<TestLine>>): string[] {
  return [...batches].map(({ lines }) => lines.map(({ name }) => name).join(' '));
}

function heldNames(batcher: Batcher<TestLine>): string[] {
  return [...batcher.held()].map(({ line: { name } }) => name);
}

describe('causes (point 1)', () => {
  it('have no order among their lines: the second line of an update seals and holds nothing', () => {
    const batcher = wide();
    expect(batcher.addCause([line('EMAIL', 'ann'), line('MOBILE', 'ann')], 0, 1)).toEqual([]);
    expect([batcher.heldLines, batcher.openKeys]).toEqual([0, 2]);
    expect(batcher.drain().map(({ blocked }) => blocked)).toEqual([false, false]);
  });

  it('are a line each when they have no number', () => {
    const batcher = wide();
    batcher.addCause([line('EMAIL', 'ann')], 0);
    batcher.addCause([line('MOBILE', 'ann')], 0);
    batcher.add(line('POST', 'ann'), 0);
    expect(heldNames(batcher)).toEqual(['MOBILE', 'POST']);
  });

  it('may come in parts, which do not wait for one another', () => {
    const batcher = wide();
    batcher.addCause([line('EMAIL', 'ann')], 0, 1);
    batcher.addCause([line('MOBILE', 'ann')], 0, 1);
    expect(batcher.heldLines).toBe(0);
    batcher.addCause([line('POST', 'ann')], 0, 2);
    expect(only([...batcher.held()]).blockers.map(({ key }) => key)).toEqual(['EMAIL', 'MOBILE']);
  });

  it('change nothing when they are empty', () => {
    const batcher = wide();
    batcher.addCause([line('EMAIL', 'ann')], 0, 1);
    expect(batcher.addCause([], 0, 2)).toEqual([]);
    batcher.addCause([line('MOBILE', 'ann')], 0, 1);
    expect(batcher.heldLines).toBe(0);
  });
});

describe('arrival (point 2)', () => {
  it('is in order across keys: a batch is blocked until the earlier one is settled', () => {
    const batcher = wide();
    batcher.add(line('UPSERT', 'ann'), 0);
    const upserts = only(batcher.drain());
    batcher.add(line('DELETE', 'ann'), 1);
    const deletes = only(batcher.drain());
    expect([upserts.blocked, deletes.blocked]).toEqual([false, true]);
    expect(batcher.blockers(deletes)).toEqual([upserts]);
    expect(batcher.followers(upserts)).toEqual([deletes]);
    expect(batcher.settle(upserts)).toEqual([deletes]);
    expect(deletes.blocked).toBe(false);
    expect(batcher.blockers(deletes)).toEqual([]);
  });

  it('is in no order across keys for lines without subject', () => {
    const batcher = wide();
    batcher.add(line('UPSERT'), 0);
    batcher.add(line('DELETE'), 1);
    expect(batcher.drain().map(({ blocked }) => blocked)).toEqual([false, false]);
  });

  it('waits for what is unsettled only', () => {
    const batcher = wide();
    batcher.add(line('UPSERT', 'ann'), 0);
    batcher.settle(only(batcher.drain()));
    batcher.add(line('DELETE', 'ann'), 1);
    expect(only(batcher.drain()).blocked).toBe(false);
  });

  it('waits for the newer of two batches when the older is settled', () => {
    const batcher = wide();
    batcher.add(line('UPSERT', 'ann', 'first'), 0);
    const first = only(batcher.drain());
    batcher.add(line('UPSERT', 'ann', 'second'), 0);
    const second = only(batcher.drain());
    batcher.settle(first);
    batcher.add(line('DELETE', 'ann'), 0);
    expect(batcher.blockers(only(batcher.drain()))).toEqual([second]);
  });

  it('is still in order when a batch is settled while it is blocked', () => {
    const batcher = wide();
    batcher.add(line('A', 'ann'), 0);
    const first = only(batcher.drain());
    batcher.add(line('B', 'ann'), 0);
    const discarded = only(batcher.drain());
    expect(batcher.settle(discarded)).toEqual([]);
    batcher.add(line('C', 'ann'), 0);
    const third = only(batcher.drain());
    expect(third.blocked).toBe(true);
    expect(batcher.blockers(third)).toEqual([first]);
    expect(batcher.settle(first)).toEqual([third]);
  });

  it('takes numbers and texts as subjects, and keeps them apart', () => {
    const batcher = wide();
    batcher.add(line('UPSERT', 1), 0);
    batcher.add(line('DELETE', '1'), 1);
    expect(batcher.heldLines).toBe(0);
    batcher.add(line('DELETE', 1), 2);
    expect(batcher.heldOf(1)).toMatchObject([{ at: 2, line: { key: 'DELETE' } }]);
    expect(batcher.heldOf('1')).toEqual([]);
  });
});

describe('holding (point 3)', () => {
  it('holds the later line and leaves the batch alone', () => {
    const batcher = wide();
    batcher.add(line('UPSERT', 'ann'), 0);
    expect(batcher.add(line('DELETE', 'ann'), 1)).toEqual([]);
    expect([batcher.openLines, batcher.heldLines, batcher.oldestAt]).toEqual([1, 1, 0]);
    expect(batcher.heldOf('ann')).toMatchObject([{ at: 1, blockers: [{ key: 'UPSERT' }] }]);
    expect(shown(batcher.due(1200))).toEqual(['UPSERT age: UPSERT']);
    expect([batcher.openLines, batcher.heldLines]).toEqual([1, 0]);
    expect(batcher.peek('DELETE')).toMatchObject({ openedAt: 1200, oldestAt: 1 });
  });

  it('does not hold a line that joins the group of the earlier one', () => {
    const batcher = wide();
    batcher.add(line('UPSERT', 'ann'), 0);
    batcher.add(line('UPSERT', 'ann'), 1);
    expect(batcher.heldLines).toBe(0);
    expect(only(batcher.drain()).blocked).toBe(false);
  });

  it('holds a line for another open group, even when an earlier line is in its own', () => {
    const batcher = wide();
    batcher.addCause([line('A', 'ann'), line('B', 'ann')], 0, 1);
    batcher.add(line('A', 'ann', 'later'), 1);
    expect(only(batcher.heldOf('ann')).blockers.map(({ key }) => key)).toEqual(['A', 'B']);
    batcher.reconfigure({ ...WIDE, maxLines: 1 });
    expect(batcher.heldLines).toBe(0);
  });

  it('lets the free lines of a cause go on, and later causes wait for the others', () => {
    const batcher = wide();
    batcher.add(line('A', 'ann', 'first'), 0);
    batcher.addCause([line('A', 'ann', 'free'), line('B', 'ann', 'held')], 1, 2);
    batcher.add(line('A', 'ann', 'last'), 2);
    expect(namesOf(batcher.openGroups())).toEqual(['first free']);
    expect(heldNames(batcher)).toEqual(['held', 'last']);
    expect(shown(batcher.drain())).toEqual(['A drain: first free', 'B drain: held', 'A drain: last']);
  });

  it('lets held causes go one after another, in order', () => {
    const batcher = wide();
    for (const [index, key] of ['A', 'B', 'A', 'B'].entries()) batcher.add(line(key, 'ann', `${key}${index}`), index);
    expect(shown(batcher.drain())).toEqual(['A drain: A0', 'B drain: B1', 'A drain: A2', 'B drain: B3']);
  });

  it('lets a further part of a held cause wait for the same', () => {
    const batcher = wide();
    batcher.addCause([line('A', 'ann', 'a')], 0, 1);
    batcher.addCause([line('B', 'ann', 'b')], 1, 2);
    batcher.addCause([line('A', 'ann', 'free'), line('C', 'ann', 'c')], 1, 2);
    expect(heldNames(batcher)).toEqual(['b', 'c']);
    batcher.due(1200);
    batcher.addCause([line('D', 'ann', 'd')], 1200, 2);
    expect(batcher.heldLines).toBe(0);
    const [, ...later] = batcher.drain();
    expect(later.map(({ blocked }) => blocked)).toEqual([true, true]);
  });
});

describe('waiting (point 4)', () => {
  it('is for all that the previous cause left, and frees batches in order of sealing', () => {
    const batcher = wide();
    batcher.addCause([line('A', 'ann'), line('B', 'ann')], 0, 1);
    const [a, b] = batcher.drain();
    batcher.addCause([line('D', 'ann'), line('C', 'ann')], 1, 2);
    const [d, c] = batcher.drain();
    if (a === undefined || b === undefined || c === undefined) throw new Error('four batches were to be sealed');
    expect(batcher.blockers(c)).toEqual([a, b]);
    expect(batcher.settle(b)).toEqual([]);
    expect(batcher.settle(a)).toEqual([d, c]);
  });

  it('is for the others when the line joins the group of an earlier one', () => {
    const batcher = new Batcher<TestLine>({ policy: { ...WIDE, maxLines: 2 } });
    batcher.addCause([line('A', 'ann'), line('B', 'ann')], 0, 1);
    const [a] = batcher.add(line('A'), 0);
    expect(batcher.blockers(only(batcher.add(line('B', 'ann', 'later'), 1)))).toEqual([a]);
  });
});

describe('age (point 5)', () => {
  it('seals a group early for a held line, at least a quarter of the maximum age apart', () => {
    const batcher = wide();
    batcher.add(line('A', 'ann', 'ann'), 0);
    batcher.add(line('A', 'bob', 'bob'), 100);
    batcher.add(line('B', 'ann', 'ann later'), 10);
    expect(shown(batcher.due(1200))).toEqual(['A age: ann bob']);
    batcher.add(line('B', 'bob', 'bob later'), 1205);
    expect(batcher.nextDueAt).toBe(1210);
    expect(batcher.dueAtOf(only([...batcher.openGroups()]))).toBe(1210);
    expect(shown(batcher.due(1210))).toEqual(['B order: ann later bob later']);
    for (const [key, at] of [
      ['A', 1220],
      ['B', 1221],
    ] as const)
      batcher.add(line(key, 'cy', `cy ${key}`), at);
    batcher.sealForHeld();
    expect(batcher.peek('B')).toMatchObject({ oldestAt: 1221 });
    expect(batcher.nextDueAt).toBe(2421);
  });

  it('has a key rest between two early seals', () => {
    const batcher = wide();
    for (const [index, subject] of ['ann', 'bob'].entries()) {
      batcher.add(line(`A${index}`, subject), index * 100);
      batcher.add(line('B', subject, subject), index * 100);
    }
    batcher.due(1200);
    expect(shown(batcher.due(1250))).toEqual([]);
    expect(batcher.peek('B')).toBeUndefined();
    expect(shown(batcher.due(1300))).toEqual(['A1 age: A1']);
    expect(batcher.nextDueAt).toBe(1500);
    expect(shown(batcher.due(1499))).toEqual([]);
    expect(shown(batcher.due(1500))).toEqual(['B order: bob']);
  });

  it('tells until when a held line waits at most', () => {
    const batcher = wide();
    batcher.add(line('A', 'ann'), 0);
    batcher.add(line('B', 'ann'), 500);
    batcher.add(line('A', 'ann'), 600);
    expect(batcher.heldOf('ann').map(({ until }) => until)).toEqual([1700, 2000]);
  });
});

describe('express (point 6)', () => {
  /** Lines of one subject under two keys in turn, one every millisecond. */
  function flip(batcher: Batcher<TestLine>, count: number): void {
    for (let at = 0; at < count; at += 1) batcher.add(line(at % 2 === 0 ? 'A' : 'B', 'hot', `hot${at}`), at);
  }

  it('is for a subject with more than 8 held causes', () => {
    for (const [held, express] of [
      [8, false],
      [9, true],
    ] as const) {
      const batcher = wide();
      flip(batcher, held + 1);
      expect(batcher.heldLines).toBe(held);
      batcher.sealForHeld();
      expect([...batcher.openGroups()].map((group) => group.express)).toEqual([express]);
      expect(new Set(batcher.heldOf('hot').map((one) => one.express))).toEqual(new Set([express]));
    }
  });

  it('is for a subject with more than 2 causes held within one maximum age', () => {
    for (const [gap, express] of [
      [300, true],
      [700, false],
    ] as const) {
      const batcher = wide();
      for (let turn = 0; turn < 4; turn += 1) {
        batcher.add(line(turn % 2 === 0 ? 'A' : 'B', 'hot'), turn * gap);
        batcher.sealForHeld();
      }
      batcher.add(line('A', 'hot'), 4 * gap);
      batcher.sealForHeld();
      expect([...batcher.openGroups()].some((group) => group.express)).toBe(express);
    }
  });

  it('has one group a key, sealed in a pace of its own, with no batch of the key unsettled', () => {
    const batcher = wide();
    flip(batcher, 10);
    batcher.add(line('B', 'ann', 'ann'), 10);
    const first = only(batcher.sealForHeld());
    expect(batcher.nextDueAt).toBe(10);
    const second = only(batcher.due(10));
    expect(shown([second])).toEqual(['B express: hot1']);
    expect([second.express, batcher.peek('B')?.express, batcher.openKeys]).toEqual([true, false, 1]);
    expect(batcher.due(1000)).toEqual([]);
    batcher.settle(first);
    const third = only(batcher.due(1000));
    batcher.settle(second);
    batcher.settle(third);
    expect(shown(batcher.due(1039))).toEqual(['B express: hot3']);
    expect([batcher.nextDueAt, batcher.heldLines]).toEqual([1040, 5]);
  });

  it('ends when nothing of the subject was held for one maximum age', () => {
    const batcher = wide();
    flip(batcher, 10);
    for (const batch of batcher.drain()) batcher.settle(batch);
    batcher.add(line('A', 'hot'), 1000);
    expect(only([...batcher.openGroups()]).express).toBe(true);
    batcher.drain();
    batcher.add(line('A', 'hot'), 1300);
    expect(only([...batcher.openGroups()]).express).toBe(false);
  });

  it('holds a line for the ordinary group of its own key', () => {
    const batcher = wide();
    batcher.add(line('A', 'hot', 'ordinary'), 0);
    for (let at = 1; at < 11; at += 1) batcher.add(line(at === 1 ? 'B' : 'A', 'hot', `${at}`), at);
    batcher.sealForHeld();
    batcher.sealForHeld();
    expect([...batcher.openGroups()]).toMatchObject([{ key: 'A', express: true, lines: { length: 9 } }]);
  });
});

describe('tails (point 7)', () => {
  it('are what the last cause left: what it waited for is waited for with it', () => {
    const batcher = wide();
    const batches = ['A', 'B', 'C'].map((key) => {
      batcher.add(line(key, 'ann'), 0);
      return only(batcher.drain());
    });
    const [a, b, c] = batches;
    if (a === undefined || b === undefined || c === undefined) throw new Error('three batches were to be sealed');
    expect(batcher.blockers(c)).toEqual([b]);
    expect(batcher.settle(a)).toEqual([b]);
    expect(batcher.settle(b)).toEqual([c]);
  });
});

describe('bytes and cuts (point 8)', () => {
  it('seals a group without room and lets the line wait for it where it has to', () => {
    const batcher = new Batcher<TestLine>({ policy: { ...WIDE, maxBytes: 15 } });
    batcher.add(line('A', 'ann', 'first'), 0);
    const first = only(batcher.add(line('A', 'ann', 'second'), 0));
    expect(first.reason).toBe('bytes');
    expect(batcher.blockers(only(batcher.drain()))).toEqual([first]);
  });

  it('lets later lines wait for every piece of a group that was cut, and lets go what was held for it', () => {
    const batcher = wide();
    for (const subject of ['ann', 'bob', 'cy']) batcher.add(line('A', subject, subject), 0);
    batcher.add(line('B', 'ann', 'later'), 1);
    const pieces = batcher.reconfigure({ ...WIDE, maxLines: 2 });
    expect(shown(pieces)).toEqual(['A reconfigured: ann bob', 'A reconfigured: cy']);
    const later = only(batcher.drain());
    expect(pieces.flatMap((piece) => batcher.settle(piece))).toEqual([pieces[1], later]);
  });
});

describe('replays (point 9)', () => {
  it('are sealed now, and later lines of their subjects wait for them', () => {
    const batcher = wide();
    batcher.add(line('A', 'ann'), 0);
    const open = only([...batcher.openGroups()]);
    const replay = batcher.replay({ key: 'X', lines: [line('X', 'ann')], bytes: 10, openedAt: 0 });
    expect(replay).toMatchObject({ key: 'X', sequence: 1, blocked: false, bytes: 10 });
    batcher.add(line('A', 'bob'), 1);
    expect(batcher.blockers(open)).toEqual([]);
    batcher.add(line('A', 'ann'), 2);
    expect(batcher.blockers(open)).toEqual([replay]);
    const sealed = only(batcher.drain());
    batcher.add(line('B', 'ann'), 3);
    expect(batcher.blockers(only(batcher.drain()))).toEqual([sealed, replay]);
    expect(batcher.settle(replay)).toEqual([sealed]);
  });

  it('wait for unsettled replays of their subjects, and for nothing else', () => {
    const batcher = wide();
    batcher.add(line('A', 'ann'), 0);
    batcher.drain();
    const given = { key: 'X', lines: [line('X', 'ann')], bytes: 10, openedAt: 0 };
    const first = batcher.replay(given);
    const second = batcher.replay({ ...given, key: 'Y', lines: [line('Y', 'ann'), line('Y', 'bob')] });
    expect([first.blocked, batcher.blockers(second)]).toEqual([false, [first]]);
    expect(batcher.settle(first)).toEqual([second]);
    batcher.settle(second);
    expect(batcher.replay(given).blocked).toBe(false);
  });

  it('are waited for by lines that were held when they came', () => {
    const batcher = wide();
    batcher.add(line('A', 'ann'), 0);
    batcher.add(line('B', 'ann'), 0);
    const replay = batcher.replay({ key: 'X', lines: [line('X', 'ann')], bytes: 10, openedAt: 0 });
    const [a, b] = batcher.drain();
    expect(b === undefined ? [] : batcher.blockers(b)).toEqual([a, replay]);
  });
});

describe('the ordering (point 10)', () => {
  it('holds nothing and blocks nothing when it is by key', () => {
    const batcher = wide('GROUPING_KEY');
    for (const key of ['A', 'B', 'A', 'C']) batcher.add(line(key, 'ann'), 0);
    batcher.addCause([line('D', 'ann'), line('E', 'ann')], 0, 9);
    expect(batcher.heldLines).toBe(0);
    expect(batcher.drain().some(({ blocked }) => blocked)).toBe(false);
  });

  it('lets what is held go on when it becomes by key, express groups first', () => {
    const batcher = wide();
    for (let at = 0; at < 12; at += 1) batcher.add(line(at % 2 === 0 ? 'A' : 'B', 'hot', `hot${at}`), at);
    batcher.sealForHeld();
    expect(shown(batcher.reorder('GROUPING_KEY'))).toEqual(['B express: hot1']);
    expect(namesOf(batcher.openGroups())).toEqual(['hot2 hot4 hot6 hot8 hot10', 'hot3 hot5 hot7 hot9 hot11']);
    expect(batcher.reorder('GROUPING_KEY')).toEqual([]);
    batcher.add(line('C', 'hot'), 20);
    expect([batcher.heldLines, batcher.openKeys]).toEqual([0, 3]);
  });

  it('waits for all that is unsettled when it becomes by subject again', () => {
    const batcher = wide('GROUPING_KEY');
    for (const key of ['A', 'B', 'C', 'D', 'E', 'F', 'A']) batcher.add(line(key, 'ann'), 0);
    expect(batcher.reorder('USER')).toEqual([]);
    batcher.add(line('A', 'ann', 'later'), 1);
    expect(only(batcher.heldOf('ann')).blockers).toHaveLength(6);
    expect(shown(batcher.drain()).at(-1)).toBe('A drain: later');
  });
});

describe('a full window (point 11)', () => {
  it('seals the group that the oldest held line waits for', () => {
    const batcher = wide();
    expect(batcher.sealForHeld()).toEqual([]);
    batcher.add(line('A', 'ann'), 0);
    batcher.add(line('B', 'bob'), 0);
    batcher.add(line('C', 'bob'), 5);
    batcher.add(line('C', 'ann'), 3);
    expect(shown(batcher.sealForHeld())).toEqual(['A order: A']);
    expect(shown(batcher.sealForHeld())).toEqual(['B order: B']);
    expect(batcher.sealForHeld()).toEqual([]);
  });

  it('seals express groups without pace', () => {
    const batcher = wide();
    for (let at = 0; at < 12; at += 1) batcher.add(line(at % 2 === 0 ? 'A' : 'B', 'hot', `hot${at}`), at);
    batcher.sealForHeld();
    expect(shown(batcher.sealExpress())).toEqual(['B express: hot1']);
    expect(shown(batcher.sealExpress())).toEqual(['A express: hot2']);
  });
});
