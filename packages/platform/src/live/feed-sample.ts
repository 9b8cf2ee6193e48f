import type { Ledger } from '@batchfeed/delivery';
import { type FeedLedger, type FeedPulse, type FeedStatistics, type PulseEvent, sealReasons } from '@batchfeed/schemas';

/** Everything that is counted of a feed, at one moment. */
export interface FeedSample {
  /** Milliseconds of a clock that never runs back. */
  readonly at: number;
  readonly statistics: FeedStatistics;
  readonly ledger: FeedLedger;
  /** Failed attempts, of updates and batches. */
  readonly errors: number;
  readonly deadUpdates: number;
  /** Milliseconds since the epoch. */
  readonly oldestOpenedAt: number | undefined;
}

type ByReason = NonNullable<PulseEvent['batches_per_s']>;

/** How much happened between two samples, by the second. */
export interface FeedRates {
  readonly updates: number;
  readonly lines: number;
  readonly batches: ByReason;
  readonly errors: number;
  readonly itemsSuccess: number;
  readonly itemsError: number;
}

/** Attempts that ended without a delivery, of everything a ledger counts. Pure. */
export function failedAttempts({ attempts, batches }: Ledger): number {
  return Math.max(0, attempts - batches.delivered);
}

/** Undefined when the samples are too close to say. Pure. */
export function ratesBetween(before: FeedSample | undefined, now: FeedSample): FeedRates | undefined {
  const seconds = before === undefined ? 0 : (now.at - before.at) / 1_000;
  if (before === undefined || seconds < MIN_SECONDS) return undefined;
  // To three digits: what is less is no difference worth telling anybody.
  const rate = (count: (sample: FeedSample) => number) =>
    Math.round((Math.max(0, count(now) - count(before)) / seconds) * 1_000) / 1_000;
  return {
    updates: rate(({ statistics }) => statistics.updates.accepted),
    lines: rate(({ statistics }) => statistics.lines.accepted),
    batches: Object.fromEntries(
      sealReasons.map((reason) => [reason, rate(({ statistics }) => statistics.batches.by_reason[reason])]),
    ) as ByReason,
    errors: rate(({ errors }) => errors),
    itemsSuccess: rate(({ statistics }) => statistics.items.success),
    itemsError: rate(({ statistics }) => statistics.items.error),
  };
}

const MIN_SECONDS = 0.1;

/** A feed as the overview shows it. Pure. */
export function feedPulse(sample: FeedSample, rates: FeedRates | undefined): FeedPulse {
  const { updates, lines, batches } = sample.statistics;
  return {
    updates_per_s: rates?.updates ?? null,
    lines_per_s: rates?.lines ?? null,
    batches_per_s: rates === undefined ? null : sumOf(rates.batches),
    errors_per_s: rates?.errors ?? null,
    backlog_updates: updates.waiting + updates.open + updates.in_flight,
    open_lines: lines.open,
    oldest_open_ts: sample.oldestOpenedAt ?? null,
    dead_updates: sample.deadUpdates,
    dead_batches: batches.dead,
  };
}

function sumOf(batches: ByReason): number {
  const sum = Object.values(batches).reduce((total, rate) => total + rate, 0);
  return Math.round(sum * 1_000) / 1_000;
}
