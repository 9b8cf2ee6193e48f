import type { DeadLetter } from '@batchfeed/delivery';
import type { DeadLetterResource } from '@batchfeed/schemas';
import { splitSessionKey } from './session-key.ts';

/** A dead letter of either stage as operators see it. Pure. */
export function deadLetterResource(stage: DeadLetterResource['stage'], letter: DeadLetter): DeadLetterResource {
  return {
    id: letter.id,
    stage,
    ...(stage === 'batch' ? { grouping_key: splitSessionKey(letter.key).rest } : {}),
    lines: letter.size,
    reason: letter.reason,
    ...(letter.status === undefined ? {} : { http_status: letter.status }),
    ...(letter.excerpt === undefined ? {} : { excerpt: letter.excerpt }),
    attempts: letter.attempts,
    dead_ts: letter.diedAt,
  };
}
