import { type ApiTokenRole, type ConsoleSession, consoleSessionSchema } from '@batchfeed/schemas';
import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { hasStatus } from '../api/api-error.ts';
import { getOne, send, sendOnly } from '../api/client.ts';
import { includesRole } from './roles.ts';

/** Who is signed in; `null` when nobody is. Lives in the query cache like everything else that the platform knows. */

const KEY = ['session'];

async function readSession(): Promise<ConsoleSession | null> {
  try {
    return await getOne('/session', consoleSessionSchema);
  } catch (error) {
    if (hasStatus(error, 401)) return null;
    throw error;
  }
}

export function useSessionQuery() {
  return useQuery({ queryKey: KEY, queryFn: readSession, staleTime: Number.POSITIVE_INFINITY });
}

/** The session; only within pages, which are shown to somebody who is signed in. */
export function useSession(): ConsoleSession {
  const { data } = useSessionQuery();
  if (!data) throw new Error('useSession is for what is shown to somebody who is signed in.');
  return data;
}

/** Whether the reader's role allows what takes that role. What is not allowed is not offered; the platform refuses it, too. */
export function useMay(needed: ApiTokenRole): boolean {
  const { data } = useSessionQuery();
  return data ? includesRole(data.role, needed) : false;
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (token: string) => send('POST', '/session', consoleSessionSchema, { body: { token } }),
    onSuccess: (session) => client.setQueryData(KEY, session),
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({ mutationFn: () => sendOnly('DELETE', '/session'), onSuccess: () => forgetSession(client) });
}

/** Nobody is signed in any more: what was read is not for whoever comes next. */
export function forgetSession(client: QueryClient): void {
  client.setQueryData(KEY, null);
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
}
