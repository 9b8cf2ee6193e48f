import { buildUpdate, userAccount, userEmail, userPoint } from '@batchfeed/plugin-sdk/testing';
import { describe, expect, it } from 'vitest';
import { linesOf, outerIdOf } from './shop-line.ts';

describe('outerIdOf', () => {
  it('is the same for an address in another case, in another normal form, and with white space around it', () => {
    const same = ['zoé@example.com', ' ZOÉ@Example.com\n', 'zoe\u0301@example.com'];
    expect(new Set(same.map(outerIdOf)).size).toBe(1);
  });

  it('differs between addresses and is fit for a URL', () => {
    const ids = ['ann@example.com', 'ann+a@example.com', 'анна@пример.рф', "o'neill/x@example.com"].map(outerIdOf);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(encodeURIComponent(id)).toBe(id);
  });

  it('does not change from one version to the next: shops hold these ids', () => {
    expect(outerIdOf('ann@example.com')).toBe(
      'subscriber-71d4f55f72fa128dfb468a1a3901507c804b74316488744d769d7f4b16696476',
    );
  });
});

describe('linesOf', () => {
  it('makes a line for each address, with the name of the profile', () => {
    const lines = linesOf(
      buildUpdate({
        user_identifiers: [userPoint(), userEmail('Ann@example.com'), userAccount('a'), userEmail(' bob@example.com ')],
        user_profiles: [profile({ firstname: ' ' }), profile({ first_name: 'Ann', lastname: 'Łącka' })],
      }),
    );
    expect(lines).toEqual([
      {
        operation: 'UPSERT',
        outer_id: outerIdOf('ann@example.com'),
        email: 'Ann@example.com',
        firstname: 'Ann',
        lastname: 'Łącka',
      },
      {
        operation: 'UPSERT',
        outer_id: outerIdOf('bob@example.com'),
        email: 'bob@example.com',
        firstname: 'Ann',
        lastname: 'Łącka',
      },
    ]);
  });

  it('makes one line of an address given twice', () => {
    const user_identifiers = [userEmail('ann@example.com'), userEmail('ANN@example.com')];
    expect(linesOf(buildUpdate({ user_identifiers }))).toHaveLength(1);
  });

  it('takes no address along when it only takes somebody out', () => {
    const line = linesOf(buildUpdate({ operation: 'DELETE', user_identifiers: [userEmail('ann@example.com')] }));
    expect(line).toEqual([{ operation: 'DELETE', outer_id: outerIdOf('ann@example.com') }]);
  });

  it.each([
    ['no email', [userPoint()]],
    ['an email known by its hash only', [userEmail('ann@example.com', { inClear: false })]],
    ['something that is no address', [userEmail('ann'), userEmail('a b@example.com'), userEmail('@'), userEmail(' ')]],
    ['nothing', []],
  ])('makes no line of a user point with %s', (_what, user_identifiers) => {
    expect(linesOf(buildUpdate({ user_identifiers }))).toEqual([]);
  });

  it('does without profiles', () => {
    const update = buildUpdate({ user_identifiers: [userEmail('ann@example.com')] });
    delete update.user_profiles;
    expect(linesOf(update)).toEqual([
      { operation: 'UPSERT', outer_id: outerIdOf('ann@example.com'), email: 'ann@example.com' },
    ]);
  });
});

const profile = (fields: object) => ({ $compartment_id: '1', $creation_ts: 1, $last_modified_ts: 1, ...fields });
