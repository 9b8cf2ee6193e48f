import type { Backlog, Ledger } from '@batchfeed/delivery';
import type { FeedBacklog } from '@batchfeed/schemas';
import type { Rates } from '../observe/settled-rates.ts';

/** One stage of a feed as its engine has it. */
interface StageView {
  readonly backlog: Backlog;
  readonly ledger: Ledger;
}

/** What of a feed waits, and how long emptying takes. `isHeldUp`: nothing can be sent now. Pure. */
export function feedBacklog(updates: StageView, lines: StageView, rates: Rates, isHeldUp: boolean): FeedBacklog {
  return {
    updates: updates.backlog.lines,
    lines: lines.backlog.lines,
    bytes: updates.backlog.bytes + lines.backlog.bytes,
    empty_in_s: isHeldUp ? null : secondsLeft(updates, lines, rates),
  };
}

/**
 * The stages work side by side, so the slower one counts; the lines of updates that wait are still
 * to come.
 */
function secondsLeft(updates: StageView, lines: StageView, rates: Rates): number | null {
  const waiting = updates.backlog.lines;
  const perUpdate = lines.ledger.accepted / Math.max(1, updates.ledger.delivered);
  const sendable = Math.max(0, lines.backlog.lines - lines.ledger.open);
  if (waiting === 0 && sendable === 0) return 0;
  if (waiting > 0 && rates.updates <= 0) return null;
  const byUpdates = waiting === 0 ? 0 : waiting / rates.updates;
  if (rates.lines <= 0) return waiting === 0 ? null : rounded(byUpdates);
  return rounded(Math.max(byUpdates, (sendable + waiting * perUpdate) / rates.lines));
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
