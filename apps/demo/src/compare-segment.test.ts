import { describe, expect, it } from 'vitest';
import { compareSegment, isHeld } from './compare-segment.ts';

const person = (email: string, firstname: string | null = null) => ({ email, firstname, lastname: null });
const people = (...emails: string[]) => emails.map((email) => person(email));
const expected = new Map(people('a@x', 'b@x').map((one) => [one.email, one]));

describe('compareSegment', () => {
  it('holds when the shop has just the people it should', () => {
    const comparison = compareSegment(expected, people('b@x', 'a@x'));
    expect(comparison).toEqual({ expected: 2, present: 2, missing: [], unexpected: [], different: [], duplicates: 0 });
    expect(isHeld(comparison)).toBe(true);
  });

  it.each([
    ['somebody missing', people('a@x'), { missing: ['b@x'] }],
    ['somebody too many', people('a@x', 'b@x', 'c@x'), { unexpected: ['c@x'] }],
    ['somebody twice', people('a@x', 'a@x', 'b@x'), { duplicates: 1 }],
    ['somebody else instead', people('a@x', 'c@x'), { missing: ['b@x'], unexpected: ['c@x'] }],
    ['somebody under another name', [person('a@x', 'Ann'), person('b@x')], { different: ['a@x'] }],
    ['nobody', [], { missing: ['a@x', 'b@x'] }],
  ])('does not hold with %s', (_, present, difference) => {
    const comparison = compareSegment(expected, present);
    expect(comparison).toMatchObject(difference);
    expect(isHeld(comparison)).toBe(false);
  });
});
