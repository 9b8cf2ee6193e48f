import type { BatchLine } from './batch.ts';
import { BatcherError } from './batcher-error.ts';
import type { Policy } from './policy.ts';

/** Why a line can be in no batch of a policy; undefined when it can. */
export function lineFault({ bytes }: Pick<BatchLine, 'bytes'>, policy: Policy): BatcherError | undefined {
  if (!(bytes >= 0) || bytes % 1 !== 0) {
    return new BatcherError('LINE_INVALID', `A line's bytes must be a whole number from 0 up, not ${String(bytes)}.`);
  }
  const envelope = policy.envelopeBytes ?? 0;
  if (bytes + envelope <= policy.maxBytes) return undefined;
  return new BatcherError(
    'LINE_TOO_LARGE',
    `A line of ${bytes} bytes cannot fit a batch of at most ${policy.maxBytes} bytes with an envelope of ${envelope}. Shorten the line or raise maxBytes.`,
  );
}
