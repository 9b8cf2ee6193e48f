import { createHash } from 'node:crypto';
import type { DeadLetterFilter, DeadLetterGroup, DeadLetterResource } from '@batchfeed/schemas';
import { maskText } from '../history/mask.ts';

export type Stage = DeadLetterResource['stage'];
export const STAGES = ['update', 'batch'] as const satisfies readonly Stage[];

/** What the letters of a group have in common; reasons that only differ in whom they are about are one. Pure. */
export function groupOf({
  stage,
  reason: whole,
  http_status: status,
}: DeadLetterResource): Pick<DeadLetterGroup, 'group' | 'stage' | 'reason' | 'http_status'> {
  const reason = maskText(whole);
  const group = createHash('sha256')
    .update(JSON.stringify([stage, status ?? null, reason]))
    .digest('base64url')
    .slice(0, 16);
  return { group, stage, reason, http_status: status ?? null };
}

const TESTS: {
  [Name in keyof DeadLetterFilter]-?: (
    letter: DeadLetterResource,
    wanted: NonNullable<DeadLetterFilter[Name]>,
  ) => boolean;
} = {
  stage: ({ stage }, wanted) => stage === wanted,
  grouping_key: ({ grouping_key: key }, wanted) => key === wanted,
  http_status: ({ http_status: status }, wanted) => status === wanted,
  reason: ({ reason }, wanted) => reason.toLowerCase().includes(wanted.toLowerCase()),
  from_ts: ({ dead_ts: at }, wanted) => at >= wanted,
  group: (letter, wanted) => groupOf(letter).group === wanted,
  to_ts: ({ dead_ts: at }, wanted) => at < wanted,
};

/** Whether a letter is one of those a filter means. Pure. */
export function matches(letter: DeadLetterResource, filter: DeadLetterFilter): boolean {
  return Object.entries(TESTS).every(([name, test]) => {
    const wanted = filter[name as keyof DeadLetterFilter];
    return wanted === undefined || (test as (letter: DeadLetterResource, wanted: unknown) => boolean)(letter, wanted);
  });
}
