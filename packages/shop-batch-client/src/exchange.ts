import type { RowReason } from './row.ts';

/** How one POST of a batch went, before anything is made of it. */
export type Exchange =
  | { kind: 'answered'; status: number; retryAfter: unknown; text: string }
  /** Nothing reached the shop. */
  | { kind: 'not_sent'; reason: RowReason; message: string; retryable: boolean; status?: number }
  /** It may have reached the shop; no answer came. */
  | { kind: 'lost'; reason: RowReason; message: string; retryable: boolean };
