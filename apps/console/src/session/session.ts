import { type ApiTokenRole, type ConsoleSession, consoleSessionSchema } from '@batchfeed/schemas';
import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { hasStatus } from '../api/api-error.ts';
import { getOne, send, sendOnly } from '../api/client.ts';
import { includesRole } from './roles.ts';

/** Who is signed in; `null` when nobody is. Lives in the query cache like everything else that the platform knows. */

const KEY = ['session'];
const END_KEY = ['session-end'];

/** How the last session ended, for the sign-in page to say. */
type SessionEnd = 'signedOut' | 'expired';

async function readSession(client: QueryClient): Promise<ConsoleSession | null> {
  try {
    return await getOne('/session', consoleSessionSchema);
  } catch (error) {
    if (!hasStatus(error, 401)) throw error;
    if (client.getQueryData(KEY)) endSession(client, 'expired');
    return null;
  }
}

export function useSessionQuery() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ client }) => readSession(client),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Looks whether there still is a session: when a stream broke, which does not say why. */
export const refreshSession = (client: QueryClient): Promise<void> => client.refetchQueries({ queryKey: KEY });

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
  return useMutation({
    mutationFn: () => sendOnly('DELETE', '/session'),
    onSuccess: () => endSession(client, 'signedOut'),
  });
}

/** Nobody is signed in any more: what was read is not for whoever comes next. */
export function endSession(client: QueryClient, how: SessionEnd): void {
  // A wrong token at sign-in is refused the same way, when there is no session to end.
  if (!client.getQueryData(KEY)) return;
  client.setQueryData(KEY, null);
  client.setQueryData(END_KEY, how);
  client.removeQueries({ predicate: ({ queryKey: [name] }) => name !== KEY[0] && name !== END_KEY[0] });
}

export const useSessionEnd = (): SessionEnd | undefined => useQueryClient().getQueryData(END_KEY);
