import { setImmediate } from 'node:timers/promises';
import type {
  Arrival,
  BatchingPolicy,
  Ordering,
  OrderingReport,
  PolicyPreview,
  PolicyReport,
} from '@batchfeed/schemas';
import { policyOf } from '../pipeline/feed-directory.ts';
import { ENVELOPE_BYTES, type SimulationReport, simulate } from './simulate.ts';

const HOUR_MS = 3_600_000;
/** Of less time than this nobody can say what an hour would bring. */
const ENOUGH_MS = 1_000;

/**
 * The configuration in force and another one, tried on the same arrivals, oldest first, each under both orders. Everything
 * else goes on between the four runs.
 */
export async function policyPreview(
  arrivals: readonly Arrival[],
  present: BatchingPolicy | undefined,
  candidate: BatchingPolicy,
): Promise<PolicyPreview> {
  const from = arrivals[0]?.ts ?? null;
  const to = arrivals.at(-1)?.ts ?? null;
  const before = await reportOf(arrivals, present);
  const after = await reportOf(arrivals, candidate);
  const none = 'The feed has had no lines since the platform started: there is nothing to try this on.';
  return {
    arrivals: arrivals.length,
    from_ts: from,
    to_ts: to,
    before: before.report,
    after: after.report,
    warnings: arrivals.length === 0 ? [none] : [...after.warnings],
  };
}

async function reportOf(arrivals: readonly Arrival[], batching: BatchingPolicy | undefined) {
  const policy = policyOf(batching, ENVELOPE_BYTES);
  const spanMs = (arrivals.at(-1)?.ts ?? 0) - (arrivals[0]?.ts ?? 0);
  const under = async (ordering: Ordering) => {
    await setImmediate();
    return simulate(arrivals, { policy, ordering });
  };
  const reports = { USER: await under('USER'), GROUPING_KEY: await under('GROUPING_KEY') };
  const own = reports[batching?.ordering ?? 'USER'];
  const { lines, keys, ordering, refused, warnings } = own;
  const report: PolicyReport = {
    lines,
    keys,
    refused,
    ordering,
    ...orderingReport(own, spanMs),
    by_ordering: {
      USER: orderingReport(reports.USER, spanMs),
      GROUPING_KEY: orderingReport(reports.GROUPING_KEY, spanMs),
    },
  };
  return { report, warnings };
}

function orderingReport(report: SimulationReport, spanMs: number): OrderingReport {
  const { batches, by_reason, fill, lines_per_batch, latency_ms } = report;
  const perHour = spanMs < ENOUGH_MS ? null : (batches / spanMs) * HOUR_MS;
  return { batches, batches_per_hour: perHour, by_reason, fill, lines_per_batch, latency_ms };
}
