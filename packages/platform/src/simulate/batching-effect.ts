import type { Policy } from '@batchfeed/batcher';
import type { OpenGroup } from '@batchfeed/delivery';
import type { BatchingEffect } from '@batchfeed/schemas';

type Counts = Omit<BatchingEffect['feeds'][number], 'feed_id' | 'name'>;

/** What is open of a feed, and how its configuration would change. */
export interface Change {
  readonly groups: readonly OpenGroup[];
  /** Lines that are held for an earlier one of their user. */
  readonly held: number;
  readonly policy: Policy;
  /** Whether the order goes from `USER` to `GROUPING_KEY`. */
  readonly freesOrder: boolean;
}

/**
 * What becomes of what is open when a configuration comes into force: groups over a limit of it, or as old as it allows,
 * are sealed. Where the order of users is given up, express groups are sealed too, and no line is held any more. Pure.
 */
export function batchingEffect({ groups, held, policy, freesOrder }: Change, now: number): Counts {
  const { maxLines, maxBytes, maxAgeMs } = policy;
  const cut = groups.filter(
    ({ lines, bytes, openedAt, express }) =>
      lines >= maxLines || bytes > maxBytes || openedAt + maxAgeMs <= now || (freesOrder && express),
  );
  return {
    open_groups: groups.length,
    open_lines: linesOf(groups),
    seal_now_groups: cut.length,
    seal_now_lines: linesOf(cut),
    released_lines: freesOrder ? held : 0,
  };
}

function linesOf(groups: readonly OpenGroup[]): number {
  return groups.reduce((sum, { lines }) => sum + lines, 0);
}
