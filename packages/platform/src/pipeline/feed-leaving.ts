import type { Engine, Wait } from '@batchfeed/delivery';
import type { FeedLeaving, FeedStatus } from '@batchfeed/schemas';
import type { CircuitView } from './circuit.ts';
import { STAGES, type Stage } from './dead-letter-filter.ts';
import type { FeedRoute } from './feed-directory.ts';

const LEAVING: ReadonlySet<FeedStatus> = new Set(['DRAINING', 'DISCARDING']);

/** Whether a feed is deleted, and gone as soon as it holds nothing any more. */
export function isLeaving(status: FeedStatus): boolean {
  return LEAVING.has(status);
}

/** What a deleted feed still holds, and what keeps it. */
export function feedLeaving(
  engines: Readonly<Record<Stage, Pick<Engine, 'ledger' | 'holdUps'>>>,
  { feedId, baseUrl, status }: Pick<FeedRoute, 'feedId' | 'baseUrl' | 'status'>,
  circuit: CircuitView,
): FeedLeaving {
  const waits: FeedLeaving['waits_for'] = [];
  const held = { update: 0, batch: 0 };
  for (const stage of STAGES) {
    const { open, sealed, inFlight } = engines[stage].ledger(feedId);
    held[stage] = open + sealed + inFlight;
    waits.push(...engines[stage].holdUps(feedId).flatMap((wait) => leavingWait(stage, wait)));
    if (inFlight > 0) waits.push({ for: 'call', stage, in_flight: inFlight });
  }
  const isCalled = status === 'DRAINING' && held.update + held.batch > 0;
  if (isCalled && baseUrl === undefined) waits.unshift({ for: 'address' });
  else if (isCalled && circuit.state !== 'CLOSED') {
    const { reason, next_probe_ts: until } = circuit;
    waits.unshift({ for: 'circuit', reason, ...(until === undefined ? {} : { until_ts: until }) });
  }
  return { updates: held.update, lines: held.batch, waits_for: waits };
}

/** A wait in the words of the API; what is over in a moment is left out. */
function leavingWait(stage: Stage, wait: Wait): FeedLeaving['waits_for'] {
  if (wait.for === 'gate') return [{ for: 'delay', stage, until_ts: Math.ceil(wait.until) }];
  if (wait.for === 'retry') return [{ for: 'retry', stage, until_ts: Math.ceil(wait.until) }];
  return [];
}
