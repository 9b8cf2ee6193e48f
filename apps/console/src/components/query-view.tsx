import type { ReactNode } from 'react';
import { ErrorState, Loading } from './states.tsx';

interface QueryViewProps<T> {
  /** Of `useQuery` or `useInfiniteQuery`. */
  readonly query: {
    readonly data: T | undefined;
    readonly error: unknown;
    readonly isError: boolean;
    readonly refetch: () => unknown;
  };
  readonly children: (data: T) => ReactNode;
  /** Shown instead of `children` when `isEmpty` says so. */
  readonly empty?: ReactNode;
  readonly isEmpty?: (data: T) => boolean;
}

/**
 * What was read, or where that stands. What was read once stays while it is read again, even when that fails: the shell
 * says that the platform is away.
 */
export function QueryView<T>({ query, children, empty, isEmpty }: QueryViewProps<T>) {
  if (query.data !== undefined) {
    return <>{empty !== undefined && isEmpty?.(query.data) ? empty : children(query.data)}</>;
  }
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <Loading />;
}
