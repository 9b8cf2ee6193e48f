import type { FeedStatistics } from '@batchfeed/schemas';
import { type Comparison, isHeld } from './compare-segment.ts';
import { settledUpdates, waitingLines } from './follow-feed.ts';
import { type IdentifierResult, identifierFaults } from './identifiers/identifier-report.ts';

/** What the shop counted of the requests made to it. */
export interface ShopTraffic {
  /** Batch calls. */
  requests: number;
  /** Requests inside them, by the status code each was answered. */
  partsByStatus: Record<string, number>;
}

/** Everything that is known at the end of a run. */
export interface RunResult {
  statistics: FeedStatistics;
  traffic: ShopTraffic;
  comparison: Comparison;
  /** From the first update sent to the shop's feed to its last line settled, over all starts. */
  seconds: number;
  /** Of the feed by identifier type, which follows. */
  identifiers: IdentifierResult;
}

/** Whether the run did its job: everything settled, nothing dead, and both feeds delivered what they should. */
export function isSuccess({ statistics, comparison, identifiers }: RunResult): boolean {
  return (
    isHeld(comparison) &&
    isSettled(statistics) &&
    statistics.updates.dead + statistics.lines.dead === 0 &&
    isSettled(identifiers.statistics) &&
    identifierFaults(identifiers).length === 0
  );
}

/** The closing table. */
export function renderTable({ statistics, traffic, comparison, seconds, identifiers }: RunResult): string {
  const { updates, lines, batches, items } = statistics;
  const { updates: others, lines: otherLines, batches: otherBatches } = identifiers.statistics;
  const rows: [string, string][] = [
    ['updates', `${count(updates.accepted)} (${count(updates.no_eligible_identifier)} without an eligible identifier)`],
    ['lines', `${count(lines.accepted)} (${count(items.success)} in success, ${count(items.error)} in error)`],
    ['batches', `${count(batches.sealed)} in ${count(batches.attempts)} attempts`],
    ['  sealed by', listed(batches.by_reason)],
    ['shop requests', count(traffic.requests)],
    ['  parts by status', listed(traffic.partsByStatus)],
    ['dead letters', `${count(updates.dead)} updates, ${count(batches.dead)} batches`],
    ['people in the shop', `${count(comparison.present)} of ${count(comparison.expected)} expected`],
    ['seconds', seconds.toFixed(1)],
    ['updates per second', count(Math.round(updates.accepted / Math.max(seconds, 0.001)))],
    ['by identifier type', `${count(others.accepted)} updates, ${count(otherLines.accepted)} lines`],
    ['  batches', `${count(otherBatches.sealed)}, where ${count(identifiers.idealBatches)} would be ideal`],
    ['  sealed by', listed(otherBatches.by_reason)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}

/** What the check found wrong, in sentences; empty when it held. Addresses are made up, so they may be shown. */
export function renderFaults({ statistics, comparison, identifiers }: RunResult): string[] {
  const { missing, unexpected, different, duplicates } = comparison;
  const some = (people: string[]) => `${count(people.length)}, such as ${people.slice(0, 3).join(', ')}`;
  const faults: [boolean, string][] = [
    [missing.length > 0, `people missing in the shop: ${some(missing)}`],
    [unexpected.length > 0, `people in the shop who should not be there: ${some(unexpected)}`],
    [different.length > 0, `people in the shop under another name: ${some(different)}`],
    [duplicates > 0, `people in the shop more than once: ${count(duplicates)} rows too many`],
    [statistics.updates.dead > 0, `dead updates: ${count(statistics.updates.dead)}`],
    [statistics.lines.dead > 0, `dead lines: ${count(statistics.lines.dead)}`],
    [waitingLines(statistics) > 0, `lines that have reached no end: ${count(waitingLines(statistics))}`],
  ];
  return [...faults.filter(([isFault]) => isFault).map(([, text]) => text), ...identifierFaults(identifiers)];
}

/** The last line, for programs. */
export function renderResultLine({ statistics, comparison, seconds, identifiers }: RunResult): string {
  const { updates, lines, batches } = statistics;
  const { statistics: others, comparison: lineCheck, idealBatches } = identifiers;
  return `RESULT ${JSON.stringify({
    updates: updates.accepted,
    lines: lines.accepted,
    batches: batches.sealed,
    delivered: lines.delivered,
    dead: updates.dead + lines.dead,
    open: openIn(statistics),
    // A line that did not take effect shows as a person who is missing, not gone, or not renamed.
    lost: comparison.missing.length + comparison.unexpected.length + comparison.different.length,
    duplicates_at_partner: comparison.duplicates,
    seconds: Number(seconds.toFixed(1)),
    by_identifier_type: {
      updates: others.updates.accepted,
      lines: others.lines.accepted,
      batches: others.batches.sealed,
      ideal_batches: idealBatches,
      delivered: others.lines.delivered,
      open: openIn(others),
      lost: lineCheck.lost + lineCheck.unexpected,
      overtaken: lineCheck.overtaken,
    },
  })}`;
}

function isSettled(statistics: FeedStatistics): boolean {
  return openIn(statistics) === 0;
}

/** Updates and lines that have reached no end. */
function openIn(statistics: FeedStatistics): number {
  return statistics.updates.accepted - settledUpdates(statistics) + waitingLines(statistics);
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function listed(counts: Record<string, number>): string {
  const parts = Object.entries(counts).filter(([, value]) => value > 0);
  return parts.map(([name, value]) => `${name} ${count(value)}`).join(' · ') || 'none';
}
