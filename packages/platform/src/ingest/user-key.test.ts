import { describe, expect, it } from 'vitest';
import { userKey } from './user-key.ts';

const email = (hash: string) => ({ type: 'USER_EMAIL', hash }) as const;

describe('userKey', () => {
  it('prefers the user point, wherever it stands', () => {
    expect(userKey([email('h'), { type: 'USER_POINT', user_point_id: 'p' }])).toBe('point:p');
  });

  it('takes the first identifier else, and the same hash however it is written', () => {
    expect(userKey([email(' AbC '), email('other')])).toBe(userKey([email('abc')]));
    expect(userKey([{ type: 'USER_AGENT', vector_id: 'v' }, email('h')])).toBe('agent:v');
  });

  it('keeps accounts of two compartments apart, and types with equal ids', () => {
    const account = (compartment_id?: string) =>
      ({ type: 'USER_ACCOUNT', user_account_id: '1', compartment_id }) as const;
    const keys = [
      userKey([account('a')]),
      userKey([account('b')]),
      userKey([account()]),
      userKey([{ type: 'USER_AGENT', vector_id: '1' }]),
    ];
    expect(new Set(keys).size).toBe(4);
  });

  it('stays short and well formed whatever comes in', () => {
    const long = userKey([{ type: 'USER_POINT', user_point_id: 'x'.repeat(100_000) }]);
    const lone = userKey([{ type: 'USER_POINT', user_point_id: '\ud800' }]);
    const other = userKey([{ type: 'USER_POINT', user_point_id: '\ud801' }]);
    expect(long.length).toBeLessThan(100);
    expect(lone.isWellFormed()).toBe(true);
    expect(lone).not.toBe(other);
  });

  it('tells devices without an id apart by what they hold', () => {
    const device = (vector: string) => ({ type: 'USER_DEVICE_POINT' as const, technical_identifiers: [{ vector }] });
    expect(userKey([device('a')])).not.toBe(userKey([device('b')]));
  });
});
