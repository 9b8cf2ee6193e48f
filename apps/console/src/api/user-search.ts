import { type UserSearch, type UserSearchAnswer, userSearchAnswerSchema } from '@batchfeed/schemas';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { send } from './client.ts';

/**
 * Looking for a user. Whom somebody looked for last, and what was found, is kept in memory for a while, so that one can go to
 * a batch and come back: never in an address, and gone with the session.
 */
const KEY = ['user-search'];

export interface FoundUser {
  readonly asked: UserSearch;
  readonly answer: UserSearchAnswer;
}

export function useUserSearch() {
  const client = useQueryClient();
  const last = useQuery<FoundUser | null>({
    queryKey: KEY,
    queryFn: () => null,
    enabled: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const search = useMutation({
    mutationFn: async (asked: UserSearch): Promise<FoundUser> => ({
      asked,
      answer: await send('POST', '/user_search', userSearchAnswerSchema, { body: asked }),
    }),
    gcTime: 0,
    onMutate: () => client.setQueryData(KEY, null),
    onSuccess: (found) => client.setQueryData(KEY, found),
  });
  return { found: last.data ?? undefined, search };
}
