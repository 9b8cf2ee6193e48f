/** First and last of a run of numbers. */
export type Range = [from: number, to: number];

/** Adds a number, to the last range when it follows it. */
export function addToRanges(ranges: Range[], value: number): void {
  const last = ranges.at(-1);
  if (last !== undefined && last[1] + 1 === value) last[1] = value;
  else ranges.push([value, value]);
}

export function rangesOf(values: readonly number[]): Range[] {
  const ranges: Range[] = [];
  for (const value of values) addToRanges(ranges, value);
  return ranges;
}
