/** What is done while memory is short: groups are sealed early, the oldest first, so that there is something to send that gives memory back. */
import { type Budget, LINE_OVERHEAD_BYTES } from './budget.ts';
import type { DestinationState } from './destination.ts';
import type { LaneEngine } from './lane-engine.ts';
import type { Lanes } from './lanes.ts';

/** Rounds of sends for which batches are ready: one on its way, one behind it. */
const ROUNDS_AHEAD = 2;

/** For a destination that has no room left; and when nobody has any, for whoever holds what is oldest. */
export function relieve(lanes: Lanes, budget: Budget, destination: string): void {
  if (budget.account(destination).hasRoom) return;
  lanes.each(destination, relieveDestination);
  if (budget.held < budget.limit) return;
  for (const lane of lanes.all) while (openBytes(lane) * 2 > budget.held && sealOldestOf(lane));
}

/**
 * Seals a destination's oldest groups until half of what it holds is on its way, or as much as keeps it busy: what waits in a
 * queue brings no memory back, and a group that stays open becomes a fuller batch.
 */
export function relieveDestination(lane: LaneEngine, destination: DestinationState): void {
  const { account, batcher } = destination;
  while (canSendMore(destination) && heldOpen(destination) * 2 > account.held && batcher.openKeys > 0)
    lane.sealOldest(destination);
}

/** Seals the oldest open group of a lane, of destinations that can send more; false when they have nothing open. */
export function sealOldestOf(lane: LaneEngine): boolean {
  let oldest: DestinationState | undefined;
  let since = Number.POSITIVE_INFINITY;
  for (const destination of lane.destinations.values()) {
    const openedAt = destination.batcher.oldestOpenedAt ?? Number.POSITIVE_INFINITY;
    if (openedAt >= since || !canSendMore(destination)) continue;
    oldest = destination;
    since = openedAt;
  }
  if (oldest !== undefined) lane.sealOldest(oldest);
  return oldest !== undefined;
}

/** Memory that a lane's open groups hold. */
export function openBytes(lane: LaneEngine): number {
  let bytes = 0;
  for (const destination of lane.destinations.values()) bytes += heldOpen(destination);
  return bytes;
}

function canSendMore({ busy, concurrency }: DestinationState): boolean {
  return busy < concurrency.limit * ROUNDS_AHEAD;
}

function heldOpen({ batcher }: DestinationState): number {
  return batcher.openBytes + batcher.openLines * LINE_OVERHEAD_BYTES;
}
