import type { Batch, BatchLine, Policy, Subject } from '../index.ts';

/** Small limits, and times that are easy to reckon with. */
export const POLICY: Policy = { maxLines: 3, maxBytes: 100, maxAgeMs: 1200, envelopeBytes: 10, separatorBytes: 1 };

/** Groups that only age or the caller seals. */
export const WIDE: Policy = { maxLines: 100, maxBytes: 10_000, maxAgeMs: 1200 };

export interface TestLine extends BatchLine {
  readonly name: string;
}

/** A line of 10 bytes. Without a name it is called after its key. */
export function line(key: string, subject?: Subject, name = key): TestLine {
  return { key, bytes: 10, subject, name };
}

export function sized(key: string, bytes: number): TestLine {
  return { key, bytes, subject: undefined, name: key };
}

/** What batches are, in short: `key reason: names`. */
export function shown(batches: readonly Batch<TestLine>[]): string[] {
  return batches.map(({ key, reason, lines }) => `${key} ${reason}: ${lines.map(({ name }) => name).join(' ')}`);
}

/** The first of some items. */
export function only<T>(items: readonly T[]): T {
  const [first] = items;
  if (first === undefined || items.length > 1) throw new Error(`expected one item, got ${items.length}`);
  return first;
}
