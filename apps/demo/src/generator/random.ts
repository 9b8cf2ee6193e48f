/** A source of numbers in [0, 1) that gives the same sequence for the same seed, on every machine. */
export type Random = () => number;

/** Spreads an integer over all 32 bits, so that neighbouring seeds give unrelated sequences. */
const mix = (value: number): number => {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
};

/** The sequence that belongs to these numbers, e.g. to a seed and the number of a person. Not for secrets. */
export const randomOf = (...numbers: number[]): Random => {
  let state = numbers.reduce((hash, number) => mix(hash ^ (number + 0x9e3779b9)), 0);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return (mix(state) >>> 0) / 0x1_0000_0000;
  };
};

/** An integer from 0 up to, but not including, `end`. */
export const below = (random: Random, end: number): number => Math.floor(random() * end);

export const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)]!;

/** One of the keys, each as often as its weight says. */
export const pickWeighted = <K extends string>(random: Random, weights: Readonly<Record<K, number>>): K => {
  const entries = Object.entries(weights) as [K, number][];
  let rest = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [key, weight] of entries) {
    rest -= weight;
    if (rest < 0) return key;
  }
  return entries.at(-1)![0];
};
