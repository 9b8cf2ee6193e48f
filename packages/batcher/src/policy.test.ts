import { expect, it } from 'vitest';
import { Batcher, BatcherError, checkPolicy, POLICY_CEILINGS } from './index.ts';
import { line, POLICY, shown, sized, type TestLine } from './testing/lines.ts';

it.each([
  ['maxLines', 0],
  ['maxLines', Number.NaN],
  ['maxLines', -1],
  ['maxLines', 1.5],
  ['maxLines', POLICY_CEILINGS.maxLines + 1],
  ['maxBytes', 0],
  ['maxBytes', POLICY_CEILINGS.maxBytes + 1],
  ['maxAgeMs', 0],
  ['maxAgeMs', Number.POSITIVE_INFINITY],
  ['maxAgeMs', POLICY_CEILINGS.maxAgeMs + 1],
  ['envelopeBytes', -1],
  ['separatorBytes', 0.5],
  ['separatorBytes', 1025],
])('refuses %s of %s and names the field', (name, value) => {
  const check = () => checkPolicy({ ...POLICY, [name]: value });
  expect(check).toThrow(BatcherError);
  expect(check).toThrow(expect.objectContaining({ code: 'POLICY_INVALID', message: expect.stringContaining(name) }));
});

it.each([
  ['NaN', Number.NaN],
  ['1.5', 1.5],
  ['a value of type string', '5'],
  ['a value of type null', null],
  ['a value of type undefined', undefined],
])('says that a limit was %s, without repeating text', (shownAs, value) => {
  for (const name of ['maxLines', 'maxBytes', 'maxAgeMs']) {
    expect(() => checkPolicy({ ...POLICY, [name]: value })).toThrow(
      new RegExp(`^${name} must be a whole number from 1 to \\d+, not ${shownAs}\\.$`),
    );
  }
});

it('takes limits up to the ceilings and down to 1, with or without envelope and separators', () => {
  expect(checkPolicy(POLICY_CEILINGS)).toBe(POLICY_CEILINGS);
  expect(() => checkPolicy({ ...POLICY_CEILINGS, envelopeBytes: 0, separatorBytes: 1024 })).not.toThrow();
  expect(() => checkPolicy({ maxLines: 1, maxBytes: 1, maxAgeMs: 1 })).not.toThrow();
});

it('keeps the policy of an open group until it is asked for again', () => {
  let current = POLICY;
  const batcher = new Batcher<TestLine>({ policy: () => current });
  batcher.add(line('a'), 0);
  current = { ...POLICY, maxLines: 2, maxBytes: 20 };
  expect(batcher.fault(sized('a', 50))).toBeUndefined();
  expect(batcher.fault(sized('b', 50))).toMatchObject({ code: 'LINE_TOO_LARGE' });
  expect(batcher.add(sized('a', 50), 0)).toEqual([]);
  expect(batcher.peek('a')?.policy).toBe(POLICY);
});

it('refuses a line whose key resolves to an impossible policy, and changes nothing', () => {
  const batcher = new Batcher<TestLine>({ policy: (key) => (key === 'bad' ? { ...POLICY, maxLines: 0 } : POLICY) });
  expect(() => batcher.add(line('bad'), 0)).toThrow(expect.objectContaining({ code: 'POLICY_INVALID' }));
  expect(batcher.openKeys).toBe(0);
  batcher.add(line('good'), 0);
  expect(batcher.openKeys).toBe(1);
});

it('keeps the old policy in force when the new one is refused', () => {
  const batcher = new Batcher<TestLine>({ policy: POLICY });
  batcher.add(line('a'), 0);
  expect(() => batcher.reconfigure({ ...POLICY, maxBytes: 0 })).toThrow(BatcherError);
  expect(batcher.peek('a')?.policy).toBe(POLICY);
  batcher.add(line('a'), 0);
  expect(shown(batcher.add(line('a'), 0))).toEqual(['a lines: a a a']);
});
