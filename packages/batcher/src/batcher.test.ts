import { describe, expect, it } from 'vitest';
import { Batcher } from './index.ts';
import { line, only, POLICY, shown, sized, type TestLine, WIDE } from './testing/lines.ts';

describe('sealing', () => {
  it('counts envelope and separators, and fills the limit to the byte', () => {
    const batcher = new Batcher<TestLine>({ policy: { ...POLICY, maxBytes: 31 } });
    batcher.add(line('a'), 0);
    expect(batcher.add(line('a'), 0)).toEqual([]);
    expect(batcher.peek('a')?.bytes).toBe(31);
    expect(batcher.add(sized('a', 0), 0)).toMatchObject([{ reason: 'bytes', bytes: 31 }]);
    expect(batcher.peek('a')?.bytes).toBe(10);
  });

  it('seals for age from the oldest line, however often others come', () => {
    const batcher = new Batcher<TestLine>({ policy: WIDE });
    for (let now = 0; now < 1000; now += 100) batcher.add(line('a'), now);
    expect(batcher.due(1199)).toEqual([]);
    expect(batcher.nextDueAt).toBe(1200);
    expect(batcher.due(1200)).toMatchObject([{ reason: 'age', openedAt: 0, oldestAt: 0, lines: { length: 10 } }]);
    expect(batcher.nextDueAt).toBeUndefined();
  });

  it('seals nothing for age when lines are added, however old they are', () => {
    const batcher = new Batcher<TestLine>({ policy: WIDE });
    batcher.due(100_000);
    expect(batcher.add(line('a'), 1)).toEqual([]);
    expect(batcher.addCause([line('a'), line('b')], 2, 7)).toEqual([]);
    expect(batcher.nextDueAt).toBe(1201);
    expect(batcher.due(100_000)).toMatchObject([
      { key: 'a', openedAt: 1 },
      { key: 'b', openedAt: 2 },
    ]);
  });

  it('counts the age from an older line that comes after a younger one', () => {
    const batcher = new Batcher<TestLine>({ policy: WIDE });
    batcher.add(line('a'), 500);
    batcher.add(line('b'), 400);
    batcher.add(line('a'), 300);
    expect(batcher.nextDueAt).toBe(1500);
    expect(shown(batcher.due(1550))).toEqual(['a age: a a']);
    expect(batcher.oldestAt).toBe(400);
  });

  it('seals what is due in the order of time, whatever the order of adding and the age limits', () => {
    const batcher = new Batcher<TestLine>({ policy: (key) => ({ ...WIDE, maxAgeMs: key < 'm' ? 100 : 1000 }) });
    for (const [key, at] of [
      ['x', 5],
      ['a', 900],
      ['b', 850],
      ['y', 1],
      ['z', 3],
      ['c', 870],
    ] as const) {
      batcher.add(line(key), at);
    }
    expect(
      shown(batcher.due(2000))
        .map(([key]) => key)
        .join(''),
    ).toBe('bcayzx');
  });

  it('refuses a line that cannot fit alone, and keeps its neighbours', () => {
    const batcher = new Batcher<TestLine>({ policy: POLICY });
    batcher.add(line('a', 'ann'), 0);
    expect(() => batcher.add(sized('b', 91), 0)).toThrow(
      expect.objectContaining({ code: 'LINE_TOO_LARGE', message: expect.stringMatching(/\b91\b.*\b100\b.*\b10\b/) }),
    );
    for (const bytes of [Number.NaN, -1, 1.5]) {
      expect(() => batcher.add(sized('a', bytes), 0)).toThrow(
        expect.objectContaining({ code: 'LINE_INVALID', message: expect.stringContaining(String(bytes)) }),
      );
    }
    expect(() => batcher.addCause([line('a'), sized('b', 91)], 0)).toThrow(
      expect.objectContaining({ code: 'LINE_TOO_LARGE', retryable: false }),
    );
    expect([batcher.openLines, batcher.openKeys]).toEqual([1, 1]);
    expect(batcher.add(sized('c', 90), 0)).toEqual([]);
  });

  it('seals the fullest group for want of room, by lines or by bytes, express groups too', () => {
    const batcher = new Batcher<TestLine>({ policy: POLICY });
    expect(batcher.sealFullest()).toEqual([]);
    batcher.add(line('a'), 5);
    batcher.add(line('b'), 0);
    batcher.add(line('a'), 9);
    batcher.add(sized('c', 80), 9);
    expect(shown(batcher.sealFullest())).toEqual(['c budget: c']);
    expect(shown(batcher.sealFullest())).toEqual(['a budget: a a']);
    expect(shown(batcher.sealFullest())).toEqual(['b budget: b']);
  });

  it('seals the fullest overdue group before a fuller one that is not overdue', () => {
    const batcher = new Batcher<TestLine>({ policy: POLICY });
    batcher.add(line('a'), 0);
    batcher.add(line('b'), 0);
    batcher.add(line('b'), 1);
    batcher.add(line('c'), 900);
    batcher.add(sized('c', 60), 900);
    expect(batcher.sealFullest(1199)).toEqual([]);
    expect(shown(batcher.sealFullest(1200))).toEqual(['b age: b b']);
    expect(shown(batcher.sealFullest(1200))).toEqual(['a age: a']);
    expect(batcher.sealFullest(1200)).toEqual([]);
  });

  it('numbers batches from 1, and drains what is open', () => {
    const batcher = new Batcher<TestLine>({ policy: POLICY });
    for (const key of ['a', 'b', 'a']) batcher.add(line(key), 0);
    expect(batcher.drain().map(({ key, reason, sequence }) => [key, reason, sequence])).toEqual([
      ['a', 'drain', 1],
      ['b', 'drain', 2],
    ]);
    expect([batcher.openLines, batcher.openBytes, batcher.openKeys, batcher.oldestAt]).toEqual([0, 0, 0, undefined]);
    expect(batcher.drain()).toEqual([]);
  });

  it('drains a part at a time when told how many lines are enough, held lines too', () => {
    const batcher = new Batcher<TestLine>({ policy: POLICY });
    for (let index = 0; index < 30; index += 1) {
      batcher.add(line(`k${index % 10}`, `u${index % 7}`), 0);
    }
    expect(batcher.heldLines).toBeGreaterThan(0);
    const sizes: number[] = [];
    for (let part = batcher.drain(4); part.length > 0; part = batcher.drain(4)) {
      sizes.push(part.reduce((sum, { lines }) => sum + lines.length, 0));
    }
    expect(sizes.length).toBeGreaterThan(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(30);
    expect([batcher.openLines, batcher.heldLines]).toEqual([0, 0]);
  });

  it('knows only the batches of a batcher', () => {
    const batcher = new Batcher<TestLine>({ policy: POLICY });
    batcher.add(line('a'), 0);
    const batch = only(batcher.drain());
    expect(() => batcher.settle({ ...batch })).toThrow(TypeError);
    expect(batcher.settle(batch)).toEqual([]);
    expect(batch.settled).toBe(true);
  });

  it('does not settle a group that is still open', () => {
    const batcher = new Batcher<TestLine>({ policy: POLICY });
    batcher.add(line('a'), 0);
    const group = only([...batcher.openGroups()]);
    expect(batcher.settle(group)).toEqual([]);
    expect(group.settled).toBe(false);
  });
});

describe('reconfiguring', () => {
  it('cuts what is over the new limits and leaves the rest to age as it did', () => {
    const batcher = new Batcher<TestLine>({ policy: { ...POLICY, maxLines: 10, maxBytes: 1000 } });
    for (let count = 0; count < 5; count += 1) batcher.add(line('many'), 0);
    batcher.add(line('few'), 5);
    const sealed = batcher.reconfigure({ ...POLICY, maxLines: 2, maxBytes: 1000, maxAgeMs: 500 });
    expect(shown(sealed)).toEqual([
      'many reconfigured: many many',
      'many reconfigured: many many',
      'many reconfigured: many',
    ]);
    expect(sealed.map(({ blocked }) => blocked)).toEqual([false, true, true]);
    expect(batcher.nextDueAt).toBe(505);
  });

  it('leaves a group alone that just fits, and seals one that has as many lines as it may', () => {
    const batcher = new Batcher<TestLine>({ policy: { ...POLICY, maxLines: 10 } });
    batcher.add(line('a'), 0);
    batcher.add(line('a'), 0);
    expect(batcher.reconfigure({ ...POLICY, maxBytes: 31 })).toEqual([]);
    expect(batcher.reconfigure({ ...POLICY, maxLines: 2 })).toMatchObject([{ reason: 'reconfigured', bytes: 31 }]);
    expect(batcher.openKeys).toBe(0);
  });

  it.each([
    [{ maxBytes: 31 }, [31, 31, 20]],
    [{ maxBytes: 30 }, [20, 20, 20, 20, 20]],
    [{ maxBytes: 20, envelopeBytes: 0, separatorBytes: 0 }, [20, 20, 10]],
  ])('cuts by bytes as late as %j allows', (limits, sizes) => {
    const batcher = new Batcher<TestLine>({ policy: { ...POLICY, maxLines: 10, maxBytes: 1000 } });
    for (let count = 0; count < 5; count += 1) batcher.add(line('a'), 0);
    const pieces = batcher.reconfigure({ ...POLICY, maxLines: 10, ...limits });
    expect(pieces.map(({ bytes }) => bytes)).toEqual(sizes);
    expect(batcher.openBytes).toBe(0);
  });

  it('cuts a line that is too large for the new limits out alone', () => {
    const batcher = new Batcher<TestLine>({ policy: POLICY });
    for (const bytes of [80, 2]) batcher.add(sized('a', bytes), 0);
    const pieces = batcher.reconfigure({ ...POLICY, maxBytes: 50 });
    expect(pieces.map(({ lines }) => lines.map(({ bytes }) => bytes))).toEqual([[80], [2]]);
  });

  it('asks the function again when no policy is given', () => {
    let maxLines = 3;
    const batcher = new Batcher<TestLine>({ policy: () => ({ ...POLICY, maxLines }) });
    batcher.add(line('a'), 0);
    maxLines = 1;
    expect(shown(batcher.reconfigure())).toEqual(['a reconfigured: a']);
  });
});
