import type { Policy } from '@batchfeed/batcher';
import type { Group } from '@batchfeed/delivery';
import type { BatchingEffect } from '@batchfeed/schemas';

type Counts = Omit<BatchingEffect['feeds'][number], 'feed_id' | 'name'>;

/** What becomes of open groups when a policy comes into force: those over a limit of it, or as old as it allows, are sealed. Pure. */
export function batchingEffect(groups: readonly Group[], policy: Policy, now: number): Counts {
  const { maxLines, maxBytes, maxAgeMs } = policy;
  const cut = groups.filter(
    ({ lines, bytes, openedAt }) => lines >= maxLines || bytes > maxBytes || openedAt + maxAgeMs <= now,
  );
  return {
    open_groups: groups.length,
    open_lines: linesOf(groups),
    seal_now_groups: cut.length,
    seal_now_lines: linesOf(cut),
  };
}

function linesOf(groups: readonly Group[]): number {
  return groups.reduce((sum, { lines }) => sum + lines, 0);
}
