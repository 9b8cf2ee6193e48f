import { useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { hasStatus, isApiError } from '../api/api-error.ts';
import { Note } from '../components/states.tsx';
import { t } from '../texts/text.ts';

/** Says that the platform can't be reached, while what was read last is still shown below. */
export function OfflineBanner() {
  const cache = useQueryClient().getQueryCache();
  const away = useSyncExternalStore(
    (callback) => {
      const stop = cache.subscribe(callback);
      addEventListener('online', callback);
      addEventListener('offline', callback);
      return () => {
        stop();
        removeEventListener('online', callback);
        removeEventListener('offline', callback);
      };
    },
    () => !navigator.onLine || cache.getAll().some((query) => query.isActive() && isAway(query.state)),
  );
  // Always there, so that screen readers notice what comes into it.
  return <div role="status">{away ? <Note tone="warn">{t('common.state.offline')}</Note> : null}</div>;
}

/** What has never been read shows its own state; only what is shown although it is old is a matter of the banner. */
function isAway({
  data,
  error,
  fetchFailureReason,
}: {
  data: unknown;
  error: unknown;
  fetchFailureReason: unknown;
}): boolean {
  const reason = error ?? fetchFailureReason;
  return data !== undefined && isApiError(reason) && (reason.code === 'NO_ANSWER' || hasStatus(reason, 503));
}
