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

describe('expectedSegment', () => {
  it('holds every address that came in, once', () => {
    const people = expectedSegment([update('UPSERT', 'a@x', 'b@x'), update('UPSERT', 'a@x')]);
    expect([...people.values()]).toEqual([
      { email: 'a@x', hash: '#a@x' },
      { email: 'b@x', hash: '#b@x' },
    ]);
  });

  it('drops those that left, and takes back those that returned', () => {
    const people = expectedSegment([
      update('UPSERT', 'a@x', 'b@x', 'c@x'),
      update('DELETE', 'a@x', 'b@x'),
      update('DELETE', 'b@x', 'never@x'),
      update('UPSERT', 'a@x'),
    ]);
    expect([...people.keys()].sort()).toEqual(['#a@x', '#c@x']);
  });

  it('leaves out points without an address, and addresses that are only a hash', () => {
    const hashed: UpdateLine = { operation: 'UPSERT', user_identifiers: [{ type: 'USER_EMAIL', hash: 'h' }] };
    expect(expectedSegment([update('UPSERT'), hashed]).size).toBe(0);
  });
});
