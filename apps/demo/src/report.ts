import type { FeedStatistics } from '@batchfeed/schemas';
import { type Comparison, isHeld } from './compare-segment.ts';
import { settledUpdates, waitingLines } from './follow-feed.ts';

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
  /** From the first update sent to the last line settled, over all starts. */
  seconds: number;
}

const count = (value: number): string => value.toLocaleString('en-US');

const listed = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${name} ${count(value)}`)
    .join(' · ') || 'none';

/** Whether the run did its job: everything settled, nothing dead, and the shop holds whom it should. */
export const isSuccess = ({ statistics, comparison }: RunResult): boolean =>
  isHeld(comparison) &&
  settledUpdates(statistics) === statistics.updates.accepted &&
  waitingLines(statistics) === 0 &&
  statistics.updates.dead + statistics.lines.dead === 0;

/** The closing table. */
export const renderTable = ({ statistics, traffic, comparison, seconds }: RunResult): string => {
  const { updates, lines, batches, items } = statistics;
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
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
};

/** What the check found wrong, in sentences; empty when it held. Addresses are made up, so they may be shown. */
export const renderFaults = ({ statistics, comparison }: RunResult): string[] => {
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
  return faults.filter(([isFault]) => isFault).map(([, text]) => text);
};

/** The last line, for programs. */
export const renderResultLine = ({ statistics, comparison, seconds }: RunResult): string => {
  const { updates, lines, batches } = statistics;
  return `RESULT ${JSON.stringify({
    updates: updates.accepted,
    lines: lines.accepted,
    batches: batches.sealed,
    delivered: lines.delivered,
    dead: updates.dead + lines.dead,
    open: updates.accepted - settledUpdates(statistics) + waitingLines(statistics),
    // A line that did not take effect shows as somebody missing, not gone, or not renamed.
    lost: comparison.missing.length + comparison.unexpected.length + comparison.different.length,
    duplicates_at_partner: comparison.duplicates,
    seconds: Number(seconds.toFixed(1)),
  })}`;
};
