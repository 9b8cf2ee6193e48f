import { resourceOf } from './base-url.ts';
import type { Verdict } from './judge-exchange.ts';
import type { Row } from './row.ts';

const NONE: ReadonlySet<Row> = new Set();

/**
 * Rows that must not go again because a later row of the same batch wrote to their resource and was carried out:
 * repeating the earlier one now would undo the later.
 */
export function overtakenRows(group: readonly Row[], verdicts: readonly Verdict[], base: string): ReadonlySet<Row> {
  if (verdicts.every(isDone) || !verdicts.some(isDone)) return NONE;
  const overtaken = new Set<Row>();
  const written = new Set<string>();
  for (let index = group.length - 1; index >= 0; index -= 1) {
    const row = group[index] as Row;
    const resource = row.request.method === 'GET' ? undefined : resourceOf(base, row.uri);
    if (resource === undefined || row.step === 'look') continue;
    if (isDone(verdicts[index] as Verdict)) written.add(resource);
    else if (written.has(resource)) overtaken.add(row);
  }
  return overtaken;
}

const isDone = (verdict: Verdict): boolean => verdict.kind === 'part' && verdict.status < 300;
