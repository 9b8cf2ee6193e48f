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
    expect(() => batcher.add(line('b', 91, 'ann'), 0)).toThrow(expect.objectContaining({ code: 'LINE_TOO_LARGE' }));
    expect(batcher.peek('a')?.reason).toBeUndefined();
    expect(() => batcher.add(line('a', Number.NaN), 0)).toThrow(expect.objectContaining({ code: 'LINE_INVALID' }));
    expect(() => batcher.add(line('a', -1), 0)).toThrow(expect.objectContaining({ code: 'LINE_INVALID' }));
    expect(batcher.openLines).toBe(1);
  });
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
});
