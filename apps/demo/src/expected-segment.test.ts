import type { UpdateLine } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { expectedSegment } from './expected-segment.ts';

const update = (operation: UpdateLine['operation'], ...emails: string[]): UpdateLine => ({
  operation,
  user_identifiers: [
    { type: 'USER_POINT', user_point_id: '1' },
    ...emails.map((email) => ({ type: 'USER_EMAIL' as const, hash: `#${email}`, email })),
  ],
});

const named = (update: UpdateLine, ...profiles: { firstname?: string; lastname?: string }[]): UpdateLine => ({
  ...update,
  user_profiles: profiles,
});

describe('expectedSegment', () => {
  it('holds every address that came in, once', () => {
    const people = expectedSegment([update('UPSERT', 'a@x', 'b@x'), update('UPSERT', 'a@x')]);
    expect([...people.values()]).toEqual([
      { email: 'a@x', firstname: null, lastname: null },
      { email: 'b@x', firstname: null, lastname: null },
    ]);
  });

  it('drops those that left, and takes back those that returned', () => {
    const people = expectedSegment([
      update('UPSERT', 'a@x', 'b@x', 'c@x'),
      update('DELETE', 'a@x', 'b@x'),
      update('DELETE', 'b@x', 'never@x'),
      update('UPSERT', 'a@x'),
    ]);
    expect([...people.keys()].sort()).toEqual(['a@x', 'c@x']);
  });

  it('knows the latest name, until somebody leaves', () => {
    const people = expectedSegment([
      named(update('UPSERT', 'a@x', 'b@x', 'c@x'), {}, { firstname: 'Ann', lastname: 'One' }),
      named(update('UPSERT', 'a@x'), { firstname: 'Anna' }),
      named(update('UPSERT', 'b@x')),
      update('DELETE', 'c@x'),
      update('UPSERT', 'c@x'),
    ]);
    expect([...people.values()]).toEqual([
      { email: 'a@x', firstname: 'Anna', lastname: 'One' },
      { email: 'b@x', firstname: 'Ann', lastname: 'One' },
      { email: 'c@x', firstname: null, lastname: null },
    ]);
  });

  it('leaves out points without an address, and addresses that are only a hash', () => {
    const hashed: UpdateLine = { operation: 'UPSERT', user_identifiers: [{ type: 'USER_EMAIL', hash: 'h' }] };
    expect(expectedSegment([update('UPSERT'), hashed]).size).toBe(0);
  });
});
