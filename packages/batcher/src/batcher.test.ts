import { describe, expect, test } from 'vitest';
import { Batcher, BatcherError, checkPolicy, POLICY_CEILINGS, type Policy } from './index.ts';

const policy: Policy = { maxLines: 3, maxBytes: 100, maxAgeMs: 1000, envelopeBytes: 10, separatorBytes: 1 };
const line = (key: string, bytes = 10, subject?: string) => ({ key, bytes, subject });

describe('policy', () => {
  test.each([
    ['maxLines', 0],
    ['maxLines', Number.NaN],
    ['maxLines', -1],
    ['maxLines', 1.5],
    ['maxLines', POLICY_CEILINGS.maxLines + 1],
    ['maxBytes', 0],
    ['maxBytes', POLICY_CEILINGS.maxBytes + 1],
    ['maxAgeMs', 0],
    ['maxAgeMs', Number.POSITIVE_INFINITY],
    ['envelopeBytes', -1],
    ['separatorBytes', 0.5],
  ])('refuses %s of %s, naming it', (name, value) => {
    const check = () => checkPolicy({ ...policy, [name]: value });
    expect(check).toThrow(BatcherError);
    expect(check).toThrow(expect.objectContaining({ code: 'POLICY_INVALID', message: expect.stringContaining(name) }));
  });

  test.each([
    ['NaN', Number.NaN],
    ['1.5', 1.5],
    ['a value of type string', '5'],
    ['a value of type null', null],
    ['a value of type undefined', undefined],
  ])('says that it was %s, without repeating text', (shown, value) => {
    for (const name of ['maxLines', 'maxBytes', 'maxAgeMs']) {
      expect(() => checkPolicy({ ...policy, [name]: value })).toThrow(
        new RegExp(`^${name} must be a whole number from 1 to \\d+, not ${shown}\\.$`),
      );
    }
  });

  test('may be as wide as the ceilings, as narrow as 1, and say nothing of envelope and separators', () => {
    expect(checkPolicy(POLICY_CEILINGS)).toBe(POLICY_CEILINGS);
    expect(() => checkPolicy({ ...POLICY_CEILINGS, envelopeBytes: 0, separatorBytes: 1024 })).not.toThrow();
    expect(() => checkPolicy({ maxLines: 1, maxBytes: 1, maxAgeMs: 1 })).not.toThrow();
  });

  test('stays with an open group until it is asked for again', () => {
    let current = policy;
    const batcher = new Batcher({ policy: () => current });
    batcher.add(line('a'), 0);
    current = { ...policy, maxLines: 2, maxBytes: 20 };
    expect(batcher.fault(line('a', 50))).toBeUndefined();
    expect(batcher.fault(line('b', 50))).toMatchObject({ code: 'LINE_TOO_LARGE' });
    expect(batcher.add(line('a', 50), 0)).toEqual([]);
    expect(batcher.peek('a')?.policy).toBe(policy);
  });

  test('is checked when a key resolves to it, and nothing has changed then', () => {
    const batcher = new Batcher({ policy: (key) => (key === 'bad' ? { ...policy, maxLines: 0 } : policy) });
    expect(() => batcher.add(line('bad'), 0)).toThrow(expect.objectContaining({ code: 'POLICY_INVALID' }));
    expect(batcher.openKeys).toBe(0);
    batcher.add(line('good'), 0);
    expect(batcher.openKeys).toBe(1);
  });

  test('that is refused on reconfiguration leaves the old one in force', () => {
    const batcher = new Batcher({ policy });
    batcher.add(line('a'), 0);
    expect(() => batcher.reconfigure({ ...policy, maxBytes: 0 })).toThrow(BatcherError);
    expect(batcher.peek('a')?.policy).toBe(policy);
    batcher.add(line('a'), 0);
    expect(batcher.add(line('a'), 0)[0]).toMatchObject({ reason: 'lines' });
  });
});

describe('sealing', () => {
  test('counts envelope and separators, and may fill the limit to the byte', () => {
    const batcher = new Batcher({ policy: { ...policy, maxBytes: 31 } });
    batcher.add(line('a'), 0);
    expect(batcher.add(line('a'), 0)).toEqual([]);
    expect(batcher.peek('a')?.bytes).toBe(31);
    expect(batcher.add(line('a', 0), 0)).toMatchObject([{ reason: 'bytes', bytes: 31 }]);
  });

  test('by age counts from the oldest line, however often others come', () => {
    const batcher = new Batcher({ policy: { ...policy, maxLines: 100, maxBytes: 10_000 } });
    for (let now = 0; now < 1000; now += 100) batcher.add(line('a'), now);
    expect(batcher.due(999)).toEqual([]);
    expect(batcher.due(1000)).toMatchObject([{ reason: 'age', openedAt: 0, lines: { length: 10 } }]);
    expect(batcher.nextDueAt).toBeUndefined();
  });

  test('an order seal puts the earlier batch before the later line of its subject', () => {
    const batcher = new Batcher({ policy });
    batcher.add(line('UPSERT', 10, 'ann'), 0);
    batcher.add(line('UPSERT', 10, 'bob'), 0);
    const [upserts] = batcher.add(line('DELETE', 10, 'ann'), 1);
    expect(upserts).toMatchObject({ key: 'UPSERT', reason: 'order', lines: { length: 2 } });
    const [deletes] = batcher.drain();
    expect([...(deletes?.after ?? [])]).toEqual([upserts]);
  });

  test('a settled batch holds nobody up', () => {
    const batcher = new Batcher({ policy: { ...policy, maxLines: 1 } });
    const [first] = batcher.add(line('UPSERT', 10, 'ann'), 0);
    if (first !== undefined) batcher.settle(first);
    expect(batcher.add(line('DELETE', 10, 'ann'), 1)[0]?.after).toBeUndefined();
  });

  test('a line that cannot fit alone is refused, and its neighbours stay', () => {
    const batcher = new Batcher({ policy });
    batcher.add(line('a', 10, 'ann'), 0);
    expect(() => batcher.add(line('b', 91, 'ann'), 0)).toThrow(
      expect.objectContaining({ code: 'LINE_TOO_LARGE', message: expect.stringMatching(/\b91\b.*\b100\b.*\b10\b/) }),
    );
    expect(batcher.peek('a')?.reason).toBeUndefined();
    expect(() => batcher.add(line('a', Number.NaN), 0)).toThrow(expect.objectContaining({ code: 'LINE_INVALID' }));
    for (const bytes of [-1, 1.5]) {
      expect(() => batcher.add(line('a', bytes), 0)).toThrow(
        expect.objectContaining({ code: 'LINE_INVALID', message: expect.stringContaining(String(bytes)) }),
      );
    }
    expect(batcher.openLines).toBe(1);
  });

  test('an older batch that is settled late leaves the newer one of the subject to wait for', () => {
    const batcher = new Batcher({ policy: { ...policy, maxLines: 1 } });
    const [first] = batcher.add(line('UPSERT', 10, 'ann'), 0);
    const [second] = batcher.add(line('UPSERT', 10, 'ann'), 0);
    if (first !== undefined) batcher.settle(first);
    expect([...(batcher.add(line('DELETE', 10, 'ann'), 0)[0]?.after ?? [])]).toEqual([second]);
  });

  test('time that runs backwards counts as standing still, whoever tells it', () => {
    const batcher = new Batcher({ policy });
    expect(batcher.due(500)).toEqual([]);
    expect(batcher.due(100)).toEqual([]);
    batcher.add(line('a'), 200);
    expect(batcher.nextDueAt).toBe(1500);
  });
});

test('finds the key of an open line', () => {
  const batcher = new Batcher({ policy });
  batcher.add(line('a', 1), 0);
  batcher.add(line('b', 2), 0);
  batcher.add(line('b', 3), 0);
  expect(batcher.keyOf(({ bytes }) => bytes === 3)).toBe('b');
  expect(batcher.keyOf(({ bytes }) => bytes === 4)).toBeUndefined();
  batcher.drain();
  expect(batcher.keyOf(() => true)).toBeUndefined();
});

test('short of memory, seals the group that opened first, whatever its age limit', () => {
  const batcher = new Batcher({ policy: (key) => ({ ...policy, maxLines: 2, maxAgeMs: key === 'b' ? 10 : 1000 }) });
  ['a', 'b', 'c'].forEach((key, now) => {
    batcher.add(line(key), now);
  });
  batcher.add(line('a'), 3);
  expect([batcher.oldestOpenedAt, batcher.nextDueAt]).toEqual([1, 11]);
  expect(batcher.sealOldest()).toMatchObject({ key: 'b', reason: 'budget' });
  expect([batcher.oldestOpenedAt, batcher.nextDueAt]).toEqual([2, 1002]);
  expect(batcher.sealOldest()).toMatchObject({ key: 'c' });
  expect(batcher.sealOldest()).toBeUndefined();
});

describe('reconfiguring', () => {
  test('cuts what is over the new limits and leaves the rest to age as it did', () => {
    const wide = { ...policy, maxLines: 10, maxBytes: 1000 };
    const batcher = new Batcher({ policy: wide });
    for (let count = 0; count < 5; count += 1) batcher.add(line('many'), 0);
    batcher.add(line('few'), 5);
    const sealed = batcher.reconfigure({ ...wide, maxLines: 2, maxAgeMs: 500 });
    expect(sealed.map(({ key, lines, reason }) => [key, lines.length, reason])).toEqual([
      ['many', 2, 'reconfigured'],
      ['many', 2, 'reconfigured'],
      ['many', 1, 'reconfigured'],
    ]);
    expect(batcher.nextDueAt).toBe(505);
  });

  test('leaves a group alone that just fits, and seals one that has as many lines as it may', () => {
    const batcher = new Batcher({ policy: { ...policy, maxLines: 10 } });
    batcher.add(line('a'), 0);
    batcher.add(line('a'), 0);
    expect(batcher.reconfigure({ ...policy, maxBytes: 31 })).toEqual([]);
    expect(batcher.reconfigure({ ...policy, maxLines: 2 })).toMatchObject([{ reason: 'reconfigured', bytes: 31 }]);
    expect(batcher.openKeys).toBe(0);
  });

  test('cuts by bytes as late as it may, with the new envelope and separators, or with none', () => {
    const wide = { ...policy, maxLines: 10, maxBytes: 1000 };
    for (const [narrow, sizes] of [
      [{ ...wide, maxBytes: 31 }, [31, 31, 20]],
      [{ ...wide, maxBytes: 30 }, [20, 20, 20, 20, 20]],
      [{ maxLines: 10, maxBytes: 20, maxAgeMs: 1000 }, [20, 20, 10]],
    ] as const) {
      const batcher = new Batcher({ policy: wide });
      for (let count = 0; count < 5; count += 1) batcher.add(line('a'), 0);
      expect(batcher.reconfigure(narrow).map(({ bytes }) => bytes)).toEqual(sizes);
      expect(batcher.openBytes).toBe(0);
    }
  });

  test('cuts a line that is too large for the new limits out alone', () => {
    const batcher = new Batcher({ policy });
    for (const bytes of [1, 80, 2]) batcher.add(line('a', bytes), 0);
    batcher.drain();
    for (const bytes of [80, 2]) batcher.add(line('a', bytes), 0);
    const pieces = batcher.reconfigure({ ...policy, maxBytes: 50 });
    expect(pieces.map(({ lines }) => lines.map(({ bytes }) => bytes))).toEqual([[80], [2]]);
  });

  test('keeps waiting right when the waiting group is cut', () => {
    const batcher = new Batcher({ policy: { ...policy, maxLines: 10, maxBytes: 1000 } });
    batcher.add(line('UPSERT', 10, 'ann'), 0);
    for (let count = 0; count < 4; count += 1) batcher.add(line('DELETE', 10, 'ann'), 0);
    const [first, second] = batcher.reconfigure({ ...policy, maxLines: 2 });
    expect(first?.after?.size).toBe(1);
    expect(second?.after).toBeUndefined();
    // The subject's last line is in the second piece, so that is what a later line waits for.
    batcher.add(line('UPSERT', 10, 'ann'), 0);
    expect([...(batcher.peek('UPSERT')?.after ?? [])]).toEqual([second]);
  });
});

describe('restoring', () => {
  test('gives a later line the same batches to wait for as before', () => {
    const batcher = new Batcher({ policy });
    const upserts = batcher.restore({ key: 'UPSERT', reason: 'lines', openedAt: 0, bytes: 20, after: [] });
    batcher.restoreLine(upserts, line('UPSERT', 10, 'ann'));
    batcher.add(line('DELETE', 10, 'ann'), 5);
    expect([...(batcher.peek('DELETE')?.after ?? [])]).toEqual([upserts]);
    expect(batcher.drain()[0]?.sequence).toBeGreaterThan(upserts.sequence);
  });

  test('gives a batch its lines, its age, its reason and what it waits for', () => {
    const batcher = new Batcher({ policy });
    const first = batcher.restore({ key: 'UPSERT', reason: 'order', openedAt: 3, bytes: 20, after: [] });
    const second = batcher.restore({ key: 'DELETE', reason: 'drain', openedAt: 4, bytes: 31, after: [first] });
    const lines = [line('DELETE', 10, 'ann'), line('DELETE', 10)];
    for (const each of lines) batcher.restoreLine(second, each);
    expect(first.after).toBeUndefined();
    expect(second).toMatchObject({ lines, reason: 'drain', openedAt: 4, bytes: 31, sequence: 2, settled: false });
    expect([...(second.after ?? [])]).toEqual([first]);
    expect(batcher.openLines).toBe(0);
  });
});
