import type { RowOutcome, RowResult } from '../row.ts';

/** Where a row stands: not yet sent, sent without an end, or at its end. */
export type RowState = 'waiting' | 'sent' | RowOutcome | 'unchanged';

const STATES: readonly RowState[] = ['waiting', 'sent', 'succeeded', 'failed', 'unknown', 'unsent', 'unchanged'];
const NUMBERS = new Map(STATES.map((state, number) => [state, number]));

export type Ended = Omit<RowResult, 'body' | 'attempts'>;

/** Where every row of a file stands: a byte for each, and a sentence only for those that did not succeed. */
export class RowStates {
  #bytes = new Uint8Array(1_024);
  readonly #details = new Map<number, Ended>();

  get(index: number): RowState {
    return STATES[this.#bytes[index] ?? 0] as RowState;
  }

  set(index: number, state: RowState): void {
    if (index >= this.#bytes.length) {
      const larger = new Uint8Array(Math.max(index + 1, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[index] = NUMBERS.get(state) as number;
  }

  end(index: number, ended: Ended): void {
    this.set(index, ended.outcome);
    if (ended.outcome === 'succeeded') this.#details.delete(index);
    else this.#details.set(index, ended);
  }

  detail(index: number): Ended | undefined {
    return this.#details.get(index);
  }

  /** Why the first row that is known to have failed did. */
  get firstFailure(): string | undefined {
    for (const { outcome, message } of this.#details.values()) if (outcome === 'failed') return message;
    return undefined;
  }

  /** How many of the first `rows` stand where. */
  count(rows: number): Record<RowState, number> {
    const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<RowState, number>;
    for (let index = 0; index < rows; index += 1) counts[this.get(index)] += 1;
    return counts;
  }
}
