import type { Engine, Wait } from '@batchfeed/delivery';
import type { FeedLeaving, FeedStatus, FeedWait } from '@batchfeed/schemas';
import type { CircuitView } from '../pipeline/circuit.ts';
import { STAGES, type Stage } from '../pipeline/dead-letter-filter.ts';
import type { FeedRoute } from '../pipeline/feed-directory.ts';

const LEAVING: ReadonlySet<FeedStatus> = new Set(['DRAINING', 'DISCARDING']);

/** Whether a feed is deleted, and gone as soon as it holds nothing any more. */
export function isLeaving(status: FeedStatus): boolean {
  return LEAVING.has(status);
}

/** What is known of a feed that may keep it. */
export interface FeedKeepers {
  readonly engines: Readonly<Record<Stage, Pick<Engine, 'ledger' | 'backlog' | 'holdUps'>>>;
  readonly route: Pick<FeedRoute, 'feedId' | 'baseUrl' | 'status' | 'awaitsConnection'>;
  readonly circuit: CircuitView;
  /** What of its data on disk is damaged. */
  readonly damage: string | undefined;
}

/**
 * What keeps a feed from having sent everything, the weightiest first; nothing when nothing is
 * left.
 */
export function feedWaits({ engines, route, circuit, damage }: FeedKeepers): FeedWait[] {
  const { feedId, baseUrl, status, awaitsConnection } = route;
  const left = STAGES.reduce((sum, stage) => sum + engines[stage].backlog(feedId).lines, 0);
  const waits: FeedWait[] = [];
  if (damage !== undefined) waits.push({ for: 'repair', reason: damage });
  if (status === 'PAUSED' && left > 0) waits.push({ for: 'resume' });
  if (awaitsConnection) waits.push({ for: 'connection', ...said(circuit) });
  // What is discarded is not called for.
  const isCalled = left > 0 && status !== 'DISCARDING' && !awaitsConnection;
  if (isCalled && baseUrl === undefined) waits.push({ for: 'address' });
  else if (isCalled && circuit.state !== 'CLOSED') waits.push({ for: 'circuit', ...said(circuit) });
  for (const stage of STAGES) {
    waits.push(...engines[stage].holdUps(feedId).flatMap((wait) => stageWait(stage, wait)));
    const { inFlight } = engines[stage].ledger(feedId);
    if (inFlight > 0) waits.push({ for: 'call', stage, in_flight: inFlight });
  }
  return waits;
}

/** What a deleted feed still holds, and what keeps it. */
export function feedLeaving(keepers: FeedKeepers): FeedLeaving {
  const { engines, route } = keepers;
  const left = (stage: Stage) => engines[stage].backlog(route.feedId).lines;
  return { updates: left('update'), lines: left('batch'), waits_for: feedWaits(keepers) };
}

/** What the circuit says of a plugin that does not answer. */
function said({ since_ts: since, reason, next_probe_ts: until }: CircuitView): Omit<FeedWait, 'for'> {
  return {
    ...(since === undefined ? {} : { since_ts: since }),
    ...(until === undefined ? {} : { until_ts: until }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/**
 * A wait of a stage in the words of the API; what is over in a moment, or said for the feed as a
 * whole, is left out.
 */
function stageWait(stage: Stage, wait: Wait): FeedWait[] {
  if (wait.for === 'requested_delay') return [{ for: 'delay', stage, until_ts: Math.ceil(wait.until) }];
  if (wait.for === 'retry') return [{ for: 'retry', stage, until_ts: Math.ceil(wait.until) }];
  return [];
}
