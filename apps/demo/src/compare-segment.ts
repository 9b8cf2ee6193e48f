import type { ExpectedPerson } from './expected-segment.ts';

/** Somebody the shop holds. */
export interface ShopPerson {
  email: string;
}

/** How the shop's people differ from those the segment says it should hold. Addresses are compared as they are. */
export interface Comparison {
  expected: number;
  present: number;
  /** Should be in the shop and are not. */
  missing: string[];
  /** Are in the shop and should not be. */
  unexpected: string[];
  /** Rows beyond the first for the same address. */
  duplicates: number;
}

/** Compares person by person. Neither side may hold anybody the other does not, nor anybody twice. */
export const compareSegment = (
  expected: ReadonlyMap<string, ExpectedPerson>,
  present: Iterable<ShopPerson>,
): Comparison => {
  const missing = new Set([...expected.values()].map(({ email }) => email));
  const seen = new Set<string>();
  const unexpected: string[] = [];
  let rows = 0;
  for (const { email } of present) {
    rows += 1;
    if (seen.has(email)) continue;
    seen.add(email);
    if (!missing.delete(email)) unexpected.push(email);
  }
  return { expected: expected.size, present: rows, missing: [...missing], unexpected, duplicates: rows - seen.size };
};

/** Whether the shop holds just the people it should. */
export const isHeld = ({ missing, unexpected, duplicates }: Comparison): boolean =>
  missing.length === 0 && unexpected.length === 0 && duplicates === 0;
