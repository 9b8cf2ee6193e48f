import fc from 'fast-check';

/** Numbers that decide what a test does. When it is at its end the test ends. */
export class Tape {
  readonly #numbers: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#numbers.length;
  }

  /** A whole number from 0 to below `bound`. */
  below(bound: number): number {
    const number = this.#numbers[this.#next] ?? 0;
    this.#next += 1;
    return number % bound;
  }

  /** Whether something of so many per cent happens. */
  chance(percent: number): boolean {
    // A tape is shrunk towards 0, where nothing special happens.
    return this.below(100) >= 100 - percent;
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : items[this.below(items.length)];
  }
}

/** Tapes of many lengths, which fast-check makes shorter when a test fails. */
export function tapes(maxLength: number): fc.Arbitrary<number[]> {
  // Without a size fast-check stops at some ten numbers, however many are allowed.
  return fc.array(fc.nat(999_999), { maxLength, size: 'max' });
}

/** Runs of a property: `few` in the tests, as many as `BATCHFEED_RUNS` says in the long form. */
export function runs(few: number): { readonly numRuns: number } {
  return { numRuns: Number(process.env.BATCHFEED_RUNS ?? few) };
}

/** The long form takes hours at most. */
export const PATIENCE = { timeout: 10_800_000 };
