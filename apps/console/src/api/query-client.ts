import { QueryClient } from '@tanstack/react-query';
import { hasStatus, isApiError } from './api-error.ts';

/** A failed reading is tried again twice when that can help; a change never is by itself. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // Live events and the reader's own changes refresh what is shown; coming back to the window is no reason to ask again.
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 2 && isApiError(error) && error.retryable,
        retryDelay: (failures) => Math.min(500 * 2 ** failures, 5_000),
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
  const noticeSignOut = (error: unknown) => {
    if (hasStatus(error, 401)) onSignedOut();
  };
  client.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'error') noticeSignOut(event.action.error);
  });
  client.getMutationCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'error') noticeSignOut(event.action.error);
  });
  return client;
}
