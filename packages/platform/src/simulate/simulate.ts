import { Batcher, type BatcherError, type Ordering, type Policy, type SealReason } from '@batchfeed/batcher';
import type { Arrival } from '@batchfeed/schemas';

export interface SimulationOptions {
  readonly policy: Policy;
  /** Across what the lines of a user keep their order. Default `USER`. */
  readonly ordering?: Ordering;
  /** What a call costs, in whatever unit. Default 1. */
  readonly costPerBatch?: number;
  /** What a line costs. Default 0. */
  readonly costPerLine?: number;
}

export interface SimulationReport {
  readonly ordering: Ordering;
  readonly lines: number;
  readonly keys: number;
  readonly batches: number;
  readonly by_reason: Partial<Record<SealReason, number>>;
  /** Mean of lines in a batch, of those the policy allows. */
  readonly fill: number;
  readonly lines_per_batch: number;
  /** Milliseconds from a line's arrival to the sealing of its batch. */
  readonly latency_ms: Readonly<Record<'p50' | 'p95' | 'p99' | 'max', number>>;
  readonly cost: number;
  /** Lines too large for any batch. */
  readonly refused: number;
  readonly warnings: readonly string[];
}

/** Bytes around the lines of a batch body of usual length. */
export const ENVELOPE_BYTES = 220;

/** Fewer lines a key than this make batches pointless. */
const NEARLY_UNIQUE = 2;
/** Below that many lines a share says nothing. */
const ENOUGH_LINES = 20;

interface SimulatedLine {
  readonly key: string;
  readonly bytes: number;
  readonly subject: string | undefined;
  readonly ts: number;
}

/**
 * Passes arrivals, in the order of their times, through the batcher under a policy. A sealed batch counts as delivered at
 * once. Pure: time is what the arrivals say.
 */
export function simulate(arrivals: readonly Arrival[], options: SimulationOptions): SimulationReport {
  const { policy, ordering = 'USER', costPerBatch = 1, costPerLine = 0 } = options;
  const batcher = new Batcher<SimulatedLine>({ policy, ordering });
  const latencies: number[] = [];
  const byReason: Partial<Record<SealReason, number>> = {};
  const keys = new Set<string>();
  let batches = 0;
  let refused = 0;
  const sealed = (found: ReturnType<typeof batcher.due>, at: number) => {
    for (const batch of found) {
      batches += 1;
      if (batch.reason !== undefined) byReason[batch.reason] = (byReason[batch.reason] ?? 0) + 1;
      for (const { ts } of batch.lines) latencies.push(at - ts);
      batcher.settle(batch);
    }
  };
  const passUntil = (time: number) => {
    for (let due = batcher.nextDueAt; due !== undefined && due <= time; due = batcher.nextDueAt)
      sealed(batcher.due(due), due);
  };
  for (const { ts, cause, lines } of causesOf(arrivals)) {
    passUntil(ts);
    const fit = lines.filter((line) => fits(batcher.fault(line)));
    refused += lines.length - fit.length;
    for (const { key } of lines) keys.add(key);
    sealed(batcher.addCause(fit, ts, cause), ts);
  }
  passUntil(Number.POSITIVE_INFINITY);
  const lines = latencies.length;
  return {
    ordering,
    lines,
    keys: keys.size,
    batches,
    by_reason: byReason,
    fill: batches === 0 ? 0 : lines / batches / policy.maxLines,
    lines_per_batch: batches === 0 ? 0 : lines / batches,
    latency_ms: percentiles(latencies),
    cost: batches * costPerBatch + lines * costPerLine,
    refused,
    warnings: warningsFor(lines, keys.size, refused),
  };
}

/** Arrivals in the order of their times, those of one update and one moment together; `cause` numbers the updates. */
function* causesOf(arrivals: readonly Arrival[]): Generator<{ ts: number; cause: number; lines: SimulatedLine[] }> {
  let last: Arrival | undefined;
  let part: { ts: number; cause: number; lines: SimulatedLine[] } | undefined;
  for (const arrival of [...arrivals].sort((one, other) => one.ts - other.ts)) {
    const { ts, key, bytes, subject } = arrival;
    const isSame = last?.cause !== undefined && last.cause === arrival.cause && last.subject === subject;
    const cause: number = (part?.cause ?? 0) + (isSame ? 0 : 1);
    if (part !== undefined && (part.cause !== cause || part.ts !== ts)) {
      yield part;
      part = undefined;
    }
    part ??= { ts, cause, lines: [] };
    part.lines.push({ key, bytes, subject, ts });
    last = arrival;
  }
  if (part !== undefined) yield part;
}

function fits(fault: BatcherError | undefined): boolean {
  if (fault === undefined) return true;
  if (fault.code === 'LINE_TOO_LARGE') return false;
  throw fault;
}

function percentiles(latencies: number[]): SimulationReport['latency_ms'] {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

function warningsFor(lines: number, keys: number, refused: number): string[] {
  const warnings: string[] = [];
  if (lines >= ENOUGH_LINES && lines / keys < NEARLY_UNIQUE) {
    warnings.push(
      `grouping_key is nearly unique (${keys} keys for ${lines} lines): almost every line is a batch of its own. Group by what lines have in common.`,
    );
  }
  if (refused > 0) warnings.push(`${refused} lines are too large for any batch of this policy.`);
  return warnings;
}
