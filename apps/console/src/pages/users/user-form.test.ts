import { userSearchSchema } from '@batchfeed/schemas';
import { describe, expect, it } from 'vitest';
import { toUserForm, toUserSearch, type UserForm, userFormSchema, userTypes } from './user-form.ts';

const form = (type: UserForm['type'], compartment = ''): UserForm => ({ type, user: '<x> ', compartment });

describe('toUserSearch', () => {
  it.each(userTypes)('asks by %s in a way the platform takes, and can be read back', (type) => {
    const asked = toUserSearch(form(type), '7');
    expect(userSearchSchema.parse(asked)).toEqual(asked);
    expect(asked.feed_id).toBe('7');
    expect(toUserForm(asked)).toEqual(form(type));
  });

  it('names the compartment of an account where there is one', () => {
    expect(toUserSearch(form('USER_ACCOUNT', '12'), undefined)).toEqual({
      user: { type: 'USER_ACCOUNT', user_account_id: '<x> ', compartment_id: '12' },
    });
    expect(toUserForm(toUserSearch(form('USER_ACCOUNT', '12'), undefined))).toEqual(form('USER_ACCOUNT', '12'));
  });
});

it('refuses what is empty or too long', () => {
  expect(userFormSchema.safeParse({ ...form('USER_POINT'), user: '' }).success).toBe(false);
  expect(userFormSchema.safeParse({ ...form('USER_POINT'), user: 'x'.repeat(1_001) }).success).toBe(false);
});
