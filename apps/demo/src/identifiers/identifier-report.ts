import type { FeedStatistics } from '@batchfeed/schemas';
import type { IdentifierComparison } from './compare-identifiers.ts';

/** What came of the feed whose grouping keys are identifier types. */
export interface IdentifierResult {
  readonly statistics: FeedStatistics;
  readonly comparison: IdentifierComparison;
  /** The least batches that its lines could have made. */
  readonly idealBatches: number;
}

/**
 * Batches beyond the ideal that are no fault: users who change within seconds go by small batches of their own, and what
 * is held at the end is sealed apart.
 */
const SPARE_SHARE = 0.1;
const SPARE_BATCHES = 10;

/** What the check found wrong, in sentences; empty when it held. */
export function identifierFaults({ statistics, comparison, idealBatches }: IdentifierResult): string[] {
  const { lost, unexpected, overtaken } = comparison;
  const { sealed } = statistics.batches;
  const dead = statistics.updates.dead + statistics.lines.dead;
  const most = Math.floor(idealBatches * (1 + SPARE_SHARE)) + SPARE_BATCHES;
  const faults: [boolean, string][] = [
    [lost > 0, `lines by identifier type that never arrived: ${lost}`],
    [unexpected > 0, `lines by identifier type that arrived although no update means them: ${unexpected}`],
    [overtaken > 0, `lines by identifier type that arrived before an earlier one of their user: ${overtaken}`],
    [dead > 0, `dead updates and lines by identifier type: ${dead}`],
    [sealed > most, `batches by identifier type: ${sealed}, where ${idealBatches} would do`],
  ];
  return faults.filter(([isFault]) => isFault).map(([, text]) => text);
}
