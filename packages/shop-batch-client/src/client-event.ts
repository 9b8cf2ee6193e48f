import type { RowReason } from './row.ts';

/** What a client tells of its work. No event carries row data or credentials. */
export type ClientEvent =
  | { readonly type: 'sent'; readonly rows: number; readonly bytes: number }
  /** `status` is absent when no answer came. */
  | { readonly type: 'answered'; readonly rows: number; readonly status?: number; readonly milliseconds: number }
  /** Rows that did not end with this answer and go out again after the wait. */
  | { readonly type: 'retry'; readonly rows: number; readonly waitMs: number; readonly halved: boolean }
  /** An answer made no sense for these rows (positions in their input). */
  | { readonly type: 'anomaly'; readonly reason: RowReason; readonly rows: readonly number[] };
