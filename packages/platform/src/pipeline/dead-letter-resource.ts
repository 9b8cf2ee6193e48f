import type { DeadLetter } from '@batchfeed/delivery';
import type { DeadLetterResource } from '@batchfeed/schemas';
import { splitSessionKey } from './session-key.ts';

/** The stage and the engine's own name of a dead letter; undefined when the id is none. */
export function parseDeadLetterId(id: string): { stage: DeadLetterResource['stage']; ref: string } | undefined {
  const match = /^(update|batch)-(~?[0-9A-Za-z_]{1,64}-\d{1,15})$/.exec(id);
  return match === null ? undefined : { stage: match[1] as DeadLetterResource['stage'], ref: match[2] as string };
}

/** A dead letter of either stage as operators see it. Pure. */
export function deadLetterResource(stage: DeadLetterResource['stage'], letter: DeadLetter): DeadLetterResource {
  return {
    id: `${stage}-${letter.ref}`,
    stage,
    batch_id: letter.id,
    ...(stage === 'batch' ? { grouping_key: splitSessionKey(letter.key).rest } : {}),
    lines: letter.size,
    reason: letter.reason,
    ...(letter.status === undefined ? {} : { http_status: letter.status }),
    ...(letter.excerpt === undefined ? {} : { excerpt: letter.excerpt }),
    attempts: letter.attempts,
    dead_ts: letter.diedAt,
  };
}
