/** A thing to measure: does its work for a round and says how much of the unit it managed, e.g. updates per second. */
export type Variant = (round: number) => Promise<number>;

/** Fewer rounds say nothing about the spread. */
export const minimumRounds = 5;

/**
 * Runs the variants alternately, so that whatever else the machine does falls on all of them, and turns the order
 * round every time. A first round warms up and does not count.
 */
export const interleave = async <K extends string>(
  variants: Readonly<Record<K, Variant>>,
  { rounds = minimumRounds, onRound = () => {} }: { rounds?: number; onRound?: (round: number) => void } = {},
): Promise<Record<K, number[]>> => {
  if (rounds < minimumRounds) throw new RangeError(`at least ${minimumRounds} rounds, not ${rounds}`);
  const names = Object.keys(variants) as K[];
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = 0; round <= rounds; round += 1) {
    onRound(round);
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const value = await variants[name](round);
      if (round > 0) values[name].push(value);
    }
  }
  return values;
};

/** Round by round, how much the first variant managed of what the second did. */
export const ratios = (values: readonly number[], reference: readonly number[]): number[] =>
  values.map((value, round) => value / reference[round]!);
