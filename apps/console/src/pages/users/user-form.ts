import type { UserSearch } from '@batchfeed/schemas';
import { z } from 'zod';

/** What a user can be looked for by. */
export const userTypes = ['USER_POINT', 'USER_EMAIL', 'USER_ACCOUNT', 'USER_AGENT'] as const;
export type UserType = (typeof userTypes)[number];

/** What is typed; as long as the platform takes identifiers. */
export const userFormSchema = z.object({
  type: z.enum(userTypes),
  user: z.string().min(1).max(1_000),
  compartment: z.string().max(1_000),
});
export type UserForm = z.infer<typeof userFormSchema>;

const identifiers: Readonly<Record<UserType, (form: UserForm) => UserSearch['user']>> = {
  USER_POINT: ({ user }) => ({ type: 'USER_POINT', user_point_id: user }),
  USER_EMAIL: ({ user }) => ({ type: 'USER_EMAIL', hash: user }),
  USER_ACCOUNT: ({ user, compartment }) => ({
    type: 'USER_ACCOUNT',
    user_account_id: user,
    ...(compartment === '' ? {} : { compartment_id: compartment }),
  }),
  USER_AGENT: ({ user }) => ({ type: 'USER_AGENT', vector_id: user }),
};

/** The question as the platform takes it: an identifier as updates name it. Pure. */
export function toUserSearch(form: UserForm, feedId: string | undefined): UserSearch {
  return { user: identifiers[form.type](form), ...(feedId === undefined ? {} : { feed_id: feedId }) };
}

/** What was typed for a question. Pure. */
export function toUserForm({ user }: UserSearch): UserForm {
  const none = { compartment: '' };
  if (typeof user === 'string') return { ...none, type: 'USER_POINT', user };
  if (user.type === 'USER_EMAIL') return { ...none, type: user.type, user: user.hash };
  if (user.type === 'USER_AGENT') return { ...none, type: user.type, user: user.vector_id };
  if (user.type === 'USER_ACCOUNT') {
    return { type: user.type, user: user.user_account_id, compartment: user.compartment_id ?? '' };
  }
  return { ...none, type: 'USER_POINT', user: user.type === 'USER_POINT' ? user.user_point_id : '' };
}
