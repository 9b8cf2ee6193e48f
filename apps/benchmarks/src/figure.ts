/** One measured figure, as `--json` prints it. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** What it must reach, such as `>= 0.5`; null when nothing is asked of it. */
  bound: string | null;
  /** Whether it does; null without a bound. */
  met: boolean | null;
}

/** A figure with what people want to see beside it. */
export interface MeasuredFigure extends Figure {
  /** The smallest and the largest of the values that `value` is the median of. */
  spread: readonly [smallest: number, largest: number];
  /** How many values that were. */
  rounds: number;
  /** What the figure is made of, e.g. the absolute rates of both sides. */
  detail: string;
}

/** `>=` or `<=`, and the number. */
export interface Bound {
  is: '>=' | '<=';
  limit: number;
}

const holds: Record<Bound['is'], (value: number, limit: number) => boolean> = {
  '>=': (value, limit) => value >= limit,
  '<=': (value, limit) => value <= limit,
};

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) throw new RangeError('a median needs at least one value');
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const rounded = (value: number): number => Number(value.toPrecision(3));

/** A figure from the values of its rounds. */
export const figureOf = (
  name: string,
  values: readonly number[],
  { unit = '×', bound, detail = '' }: { unit?: string; bound?: Bound; detail?: string } = {},
): MeasuredFigure => ({
  name,
  value: rounded(median(values)),
  unit,
  bound: bound ? `${bound.is} ${bound.limit}` : null,
  met: bound ? holds[bound.is](median(values), bound.limit) : null,
  spread: [rounded(Math.min(...values)), rounded(Math.max(...values))],
  rounds: values.length,
  detail,
});
