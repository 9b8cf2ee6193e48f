import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Batch, Batcher, type BatchLine, type Policy } from './index.ts';
import { PATIENCE, runs, Tape, tapes } from './testing/tape.ts';

const MAX_AGE = 100;

interface AgedLine extends BatchLine {
  readonly at: number;
  /** Causes of its subject that were held when it came, with its own. */
  steps: number;
  /** When it is sealed at the latest, as the batcher said when it came. */
  until: number | undefined;
}

/** Lines of few users under few keys, and a clock that ticks: every millisecond the batcher is asked what is due. */
class Stream {
  readonly #tape: Tape;
  readonly #batcher: Batcher<AgedLine>;
  readonly #users: number;
  readonly #everyMs: number;
  /** Subjects that went by express: what was said of their lines before does not hold. */
  readonly #express = new Set<unknown>();
  readonly #faults: string[] = [];

  constructor(tape: Tape) {
    this.#tape = tape;
    this.#users = 1 + tape.below(12);
    this.#everyMs = 1 + tape.below(20);
    const maxLines = 2 + tape.below(30);
    const ages = tape.chance(50) ? [MAX_AGE, MAX_AGE] : [MAX_AGE, MAX_AGE / 4];
    const policies = ages.map((maxAgeMs): Policy => ({ maxLines, maxBytes: 1000, maxAgeMs }));
    this.#batcher = new Batcher<AgedLine>({ policy: (key) => policies[key === 'K0' ? 1 : 0] ?? checkNever(key) });
  }

  run(): readonly string[] {
    let now = 0;
    for (; !this.#tape.isAtEnd; now += 1) {
      if (now % this.#everyMs === 0) this.#add(now);
      this.#tick(now);
    }
    const end = now + MAX_AGE * 20;
    for (; now < end && this.#batcher.openLines + this.#batcher.heldLines > 0; now += 1) this.#tick(now);
    if (this.#batcher.openLines + this.#batcher.heldLines > 0)
      this.#faults.push('lines are left although time goes on');
    return this.#faults;
  }

  #add(at: number): void {
    const subject = this.#tape.below(this.#users);
    const keys = [this.#tape.below(3), this.#tape.below(3)].slice(0, 1 + this.#tape.below(2));
    const lines = keys.map((key): AgedLine => ({ key: `K${key}`, bytes: 1, subject, at, steps: 0, until: undefined }));
    this.#settle(this.#batcher.addCause(lines, at, at), at);
    const held = this.#batcher.heldOf(subject);
    const causes = new Set(held.map((one) => one.at)).size;
    for (const { line, until } of held) {
      if (line.at !== at) continue;
      line.steps = causes;
      line.until = until;
    }
  }

  #tick(now: number): void {
    this.#settle(this.#batcher.due(now), now);
  }

  #settle(batches: readonly Batch<AgedLine>[], now: number): void {
    for (const batch of batches) {
      for (const line of batch.lines) {
        if (batch.express) this.#express.add(line.subject);
        else this.#check(line, batch, now);
      }
      this.#settle(this.#batcher.settle(batch), now);
    }
  }

  #check({ at, steps, until, subject }: AgedLine, { policy }: Batch<AgedLine>, now: number): void {
    const late = now - at;
    // A tick is the least that a line may be late.
    if (steps === 0 && late > policy.maxAgeMs + 1)
      this.#faults.push(`a line that was not held is sealed after ${late}`);
    if (late > MAX_AGE * (1 + steps / 4) + 1) this.#faults.push(`sealed after ${late} and ${steps} steps`);
    if (until !== undefined && now > until + 1 && !this.#express.has(subject)) {
      this.#faults.push(`sealed at ${now}, said was ${until} at the latest`);
    }
  }
}

function checkNever(key: string): never {
  throw new Error(`no policy for ${key}`);
}

it('seals a held line late by at most a quarter of the maximum age for each step it was held for', PATIENCE, () => {
  fc.assert(
    fc.property(tapes(900), (numbers) => {
      expect(new Stream(new Tape(numbers)).run()).toEqual([]);
    }),
    runs(200),
  );
});
