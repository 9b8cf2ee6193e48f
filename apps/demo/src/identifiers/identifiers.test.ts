import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareIdentifiers, idealBatches } from './compare-identifiers.ts';
import { expectedLines } from './expected-lines.ts';
import { identifiedUpdates } from './identified-updates.ts';
import type { IdentifierLine } from './identifier-line.ts';
import { readRecord, recordLines } from './identifier-record.ts';

const line = (ts: number, more: Partial<IdentifierLine> = {}): IdentifierLine => ({
  user: 'ann',
  type: 'USER_EMAIL',
  id: 'hash',
  operation: 'UPSERT',
  ts,
  ...more,
});

describe('the updates by identifier type', () => {
  const all = [...identifiedUpdates({ updates: 3_000, seed: 1 })];
  const share = (type: string) =>
    all.filter(({ user_identifiers: some }) => some.some((one) => one.type === type)).length / all.length;

  it('name every user point, two thirds of them with an email address and a fifth with an account', () => {
    expect(share('USER_POINT')).toBe(1);
    expect(share('USER_EMAIL')).toBeCloseTo(2 / 3, 1);
    expect(share('USER_ACCOUNT')).toBeCloseTo(1 / 5, 1);
    expect(all.some(({ user_identifiers: some }) => some.length === 1)).toBe(true);
    expect(all.some(({ user_identifiers: some }) => some.length === 3)).toBe(true);
  });

  it('go on where they ended, and name a user the same each time', () => {
    expect([...identifiedUpdates({ updates: 3_000, seed: 1, from: 2_990 })]).toEqual(all.slice(2_990));
    const names = new Map<string, string>();
    for (const { user_identifiers: identifiers } of all) {
      const [point] = identifiers;
      const user = point?.type === 'USER_POINT' ? point.user_point_id : '';
      const before = names.get(user) ?? JSON.stringify(identifiers);
      expect(JSON.stringify(identifiers)).toBe(before);
      names.set(user, before);
    }
    expect(names.size).toBeLessThan(all.length);
  });

  it('mean a line for each email address and account', () => {
    const [first] = expectedLines([
      {
        operation: 'DELETE',
        ts: 5,
        user_identifiers: [
          { type: 'USER_EMAIL', hash: 'hash' },
          { type: 'USER_POINT', user_point_id: 'ann' },
        ],
      },
    ]);
    expect(first).toEqual(line(5, { operation: 'DELETE' }));
  });
});

describe('the check by identifier type', () => {
  const expected = [line(1), line(1, { type: 'USER_ACCOUNT', id: 'a' }), line(2, { operation: 'DELETE' })];

  it('holds when every line arrived in the order of its user, some of them twice', () => {
    const [one, two, three] = expected as [IdentifierLine, IdentifierLine, IdentifierLine];
    const right = { expected: 3, lost: 0, unexpected: 0, overtaken: 0 };
    expect(compareIdentifiers(expected, [two, one, three])).toEqual(right);
    expect(compareIdentifiers(expected, [one, two, one, three, two, three])).toEqual(right);
  });

  it('finds what is lost, what no update means, and what overtook an earlier line of its user', () => {
    const [one, two, three] = expected as [IdentifierLine, IdentifierLine, IdentifierLine];
    expect(compareIdentifiers(expected, [one, three])).toMatchObject({ lost: 1, overtaken: 0 });
    expect(compareIdentifiers(expected, [...expected, line(9)])).toMatchObject({ unexpected: 1 });
    expect(compareIdentifiers(expected, [one, three, two])).toMatchObject({ lost: 0, overtaken: 1 });
  });

  it('knows the least batches that lines can make', () => {
    expect(idealBatches(expected, 2)).toBe(2);
    expect(idealBatches(expected, 1)).toBe(3);
    expect(idealBatches([], 1)).toBe(0);
  });
});

describe('the record of what arrived', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'batchfeed-record-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is read back in order, without what a killed process left unfinished', () => {
    const file = join(folder, 'arrived.ndjson');
    expect(readRecord(file)).toEqual([]);
    writeFileSync(file, '{"user":"ann","ty');
    recordLines(file, [line(1), line(2)]);
    recordLines(file, [line(3)]);
    expect(existsSync(file)).toBe(true);
    expect(readRecord(file)).toEqual([line(1), line(2), line(3)]);
  });
});
