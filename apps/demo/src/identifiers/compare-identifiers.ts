import type { IdentifierLine } from './identifier-line.ts';

/** How what arrived differs from what the updates mean. */
export interface IdentifierComparison {
  /** Lines that the updates mean. */
  readonly expected: number;
  /** Lines of those that never arrived. */
  readonly lost: number;
  /** Lines that arrived although no update means them. */
  readonly unexpected: number;
  /** Lines that first arrived before a line of an earlier update of their user. */
  readonly overtaken: number;
}

/** Compares line by line. A line may arrive again; its first arrival counts. Pure. */
export function compareIdentifiers(
  expected: Iterable<IdentifierLine>,
  arrived: Iterable<IdentifierLine>,
): IdentifierComparison {
  const missing = new Set<string>();
  for (const line of expected) missing.add(nameOf(line));
  const all = missing.size;
  const seen = new Set<string>();
  const latest = new Map<string, number>();
  let unexpected = 0;
  let overtaken = 0;
  for (const line of arrived) {
    const name = nameOf(line);
    if (seen.has(name)) continue;
    seen.add(name);
    if (!missing.delete(name)) unexpected += 1;
    const before = latest.get(line.user) ?? 0;
    if (line.ts < before) overtaken += 1;
    latest.set(line.user, Math.max(before, line.ts));
  }
  return { expected: all, lost: missing.size, unexpected, overtaken };
}

/** The least batches that lines can make, each of one identifier type and of so many lines at most. Pure. */
export function idealBatches(lines: Iterable<IdentifierLine>, maxLines: number): number {
  const counts = new Map<string, number>();
  for (const { type } of lines) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum + Math.ceil(count / maxLines), 0);
}

function nameOf({ user, type, id, operation, ts }: IdentifierLine): string {
  return JSON.stringify([user, type, id, operation, ts]);
}
