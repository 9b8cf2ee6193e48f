import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Batch, Batcher, type BatchLine, type Policy } from './index.ts';
import { PATIENCE, runs, Tape, tapes } from './testing/tape.ts';

const MAX_AGE = 120;
const TICK = 1;

interface AgedLine extends BatchLine {
  readonly cause: number;
  readonly at: number;
  /** How many causes of its subject have to go before it, at its acceptance; 0 for a line that is not held. */
  steps: number;
}

/** Lines come at random, and what is due is sealed at each tick. Partners take every batch at once. */
class Stream {
  readonly #tape: Tape;
  readonly #batcher: Batcher<AgedLine>;
  readonly #subjects: number;
  readonly #keys: number;
  #now = 0;
  #cause = 0;

  constructor(tape: Tape) {
    this.#tape = tape;
    const policy: Policy = { maxLines: 2 + tape.below(30), maxBytes: 1_000_000, maxAgeMs: MAX_AGE };
    this.#batcher = new Batcher({ policy });
    this.#subjects = 1 + tape.below(12);
    this.#keys = 2 + tape.below(4);
  }

  run(): void {
    while (!this.#tape.isAtEnd) {
      this.#add();
      for (let ticks = this.#tape.below(12); ticks > 0; ticks -= 1) this.#tick();
    }
    // Nothing is late for ever: each held cause takes at most an age and a quarter.
    for (let ticks = 20 * MAX_AGE; ticks > 0 && this.#left > 0; ticks -= 1) this.#tick();
    expect(this.#left).toBe(0);
  }

  get #left(): number {
    return this.#batcher.openLines + this.#batcher.heldLines;
  }

  #add(): void {
    const subject = this.#tape.chance(20) ? undefined : this.#tape.below(this.#subjects);
    const before = subject === undefined ? [] : this.#batcher.heldOf(subject);
    const waiting = new Set(before.map(({ line }) => line.cause)).size;
    this.#cause += 1;
    const lines = Array.from({ length: 1 + this.#tape.below(2) }, (): AgedLine => {
      const key = `key-${this.#tape.below(this.#keys)}`;
      return { key, bytes: 1, subject, cause: this.#cause, at: this.#now, steps: 0 };
    });
    const sealed = this.#batcher.addCause(lines, this.#now, this.#cause);
    const held = subject === undefined ? [] : this.#batcher.heldOf(subject);
    for (const { line } of held) if (line.cause === this.#cause) line.steps = waiting + 1;
    this.#check(sealed);
  }

  #tick(): void {
    this.#now += TICK;
    this.#check(this.#batcher.due(this.#now));
  }

  #check(batches: readonly Batch<AgedLine>[]): void {
    for (const batch of batches) {
      for (const line of batch.express ? [] : batch.lines) this.#mustBeInTime(line);
      this.#batcher.settle(batch);
    }
  }

  #mustBeInTime({ at, steps, cause, key }: AgedLine): void {
    const late = this.#now - at - MAX_AGE * (1 + steps / 4);
    if (late > TICK) throw new Error(`c${cause} (${key}), held for ${steps} steps, is sealed ${late} ms too late`);
  }
}

it('seals a line at most a quarter of the maximum age later for each step that it was held for', PATIENCE, () => {
  fc.assert(
    fc.property(tapes(400), (numbers) => new Stream(new Tape(numbers)).run()),
    runs(300),
  );
});
