import type { Person } from './expected-segment.ts';

/** How the shop's people differ from those the segment says it should hold. */
export interface Comparison {
  expected: number;
  /** Rows in the shop. */
  present: number;
  /** Addresses that should be in the shop and are not. */
  missing: string[];
  /** Addresses that are in the shop and should not be. */
  unexpected: string[];
  /** Addresses that are in the shop under another name than they should be. */
  different: string[];
  /** Rows beyond the first for the same address. */
  duplicates: number;
}

/** Compares person by person. Neither side may hold anybody the other does not, nor anybody twice. */
export const compareSegment = (expected: ReadonlyMap<string, Person>, present: Iterable<Person>): Comparison => {
  const missing = new Set(expected.keys());
  const seen = new Set<string>();
  const unexpected: string[] = [];
  const different: string[] = [];
  let rows = 0;
  for (const { email, firstname, lastname } of present) {
    rows += 1;
    if (seen.has(email)) continue;
    seen.add(email);
    missing.delete(email);
    const person = expected.get(email);
    if (!person) unexpected.push(email);
    else if (person.firstname !== firstname || person.lastname !== lastname) different.push(email);
  }
  return {
    expected: expected.size,
    present: rows,
    missing: [...missing],
    unexpected,
    different,
    duplicates: rows - seen.size,
  };
};

/** Whether the shop holds just the people it should. */
export const isHeld = ({ missing, unexpected, different, duplicates }: Comparison): boolean =>
  missing.length + unexpected.length + different.length + duplicates === 0;
