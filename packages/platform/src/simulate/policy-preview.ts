import type { Arrival, BatchingPolicy, PolicyPreview, PolicyReport } from '@batchfeed/schemas';
import { policyOf } from '../pipeline/feed-directory.ts';
import { ENVELOPE_BYTES, simulate } from './simulate.ts';

const HOUR_MS = 3_600_000;
/** Of less time than this nobody can say what an hour would bring. */
const ENOUGH_MS = 1_000;

/** The configuration in force and another one, tried on the same arrivals, oldest first. Pure. */
export function policyPreview(
  arrivals: readonly Arrival[],
  present: BatchingPolicy | undefined,
  candidate: BatchingPolicy,
): PolicyPreview {
  const from = arrivals[0]?.ts ?? null;
  const to = arrivals.at(-1)?.ts ?? null;
  const spanMs = (to ?? 0) - (from ?? 0);
  const reportOf = (policy: BatchingPolicy | undefined) => {
    const { cost: _, warnings, ...report } = simulate(arrivals, { policy: policyOf(policy, ENVELOPE_BYTES) });
    const perHour = spanMs < ENOUGH_MS ? null : (report.batches / spanMs) * HOUR_MS;
    return { report: { ...report, batches_per_hour: perHour } satisfies PolicyReport, warnings };
  };
  const before = reportOf(present);
  const after = reportOf(candidate);
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
