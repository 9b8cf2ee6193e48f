import { type AnswerPart, readPart } from './read-answer.ts';
import type { Row, RowReason } from './row.ts';
import { wireMethod, wireUri } from './row.ts';

/** A row's own part, or why it has none. */
export type Match = AnswerPart | Extract<RowReason, 'PART_MISSING' | 'PART_MALFORMED' | 'PART_MISMATCHED'>;

/**
 * Gives every row its part: by position, checked by method. The URI never finds a part, since every create shares one.
 *
 * When the number of parts is wrong, a position proves nothing: one part left out in the middle moves all later ones to
 * the wrong rows. Then a part is believed only if it repeats method and URI of the row at its position, and no other
 * row of the batch has the same two.
 */
export function matchParts(rows: readonly Row[], parts: readonly unknown[]): Match[] {
  const counts = rows.length === parts.length ? undefined : countKeys(rows);
  return rows.map((row, index) => {
    if (index >= parts.length) return 'PART_MISSING';
    const part = readPart(parts[index]);
    if (part === undefined) return 'PART_MALFORMED';
    if (part.method !== wireMethod(row)) return counts === undefined ? 'PART_MISMATCHED' : 'PART_MISSING';
    const certain = counts === undefined || (part.uri === wireUri(row) && counts.get(keyOf(row)) === 1);
    return certain ? part : 'PART_MISSING';
  });
}

const keyOf = (row: Row): string => `${wireMethod(row)} ${wireUri(row)}`;

function countKeys(rows: readonly Row[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  return counts;
}
