import type { UserEvent } from '@batchfeed/schemas';
import { t, textOr } from '../../texts/text.ts';

/** What is to be said of an event beside its kind, time and batch. Pure. */
export function eventDetails(event: UserEvent): string[] {
  const { kind, operation, lines, number, attempt, status, reason } = event;
  return [
    ...(operation === undefined ? [] : [t(`users.operation.${operation}`)]),
    ...(lines === undefined ? [] : [t('users.detail.lines', { count: lines })]),
    ...(number === undefined ? [] : [t('users.detail.number', { number })]),
    ...(attempt === undefined ? [] : [t('users.detail.attempt', { number: attempt })]),
    // The platform's reasons begin with the status where that says something.
    ...(status === undefined || reason?.startsWith(`HTTP ${status}`)
      ? []
      : [t('batches.attempt.status', { status: String(status) })]),
    ...(reason === undefined ? [] : [reasonText(kind, reason)]),
  ];
}

function reasonText(kind: UserEvent['kind'], reason: string): string {
  if (kind === 'batch_sealed')
    return t('users.detail.sealedBy', { reason: textOr(`batching.reason.${reason}`, reason) });
  return kind === 'update_answered' ? textOr(`users.detail.${reason}`, reason) : reason;
}
