import type { BatchLine, Group, Subject } from './batch.ts';
import type { Wait } from './wait.ts';

/** A cause of which some lines are held back. */
export interface HeldCause<L extends BatchLine> {
  readonly cause: number | undefined;
  /** When it was accepted. */
  readonly at: number;
  /** Whether its order across keys does not matter, as the ordering was not by subject when it came. */
  free: boolean;
  /** Whether what it leaves adds to what was left before it, rather than standing for that: it did not wait for all of it. */
  addsUp: boolean;
  /** Lines that are not placed yet. */
  lines: readonly L[];
  /** Groups that its other lines are in. */
  groups: Group<L>[];
  /** What it waits for, where that is not what the cause before it left. */
  before: Wait<L> | undefined;
  readonly hasBefore: boolean;
  /** Whether a line of it had to wait. */
  noted: boolean;
}

/**
 * A subject whose lines are held back, or were a while ago. Most subjects have none: of those the batcher keeps only what their last cause left.
 *
 * States: ordinary ──more than 8 held causes, or more than 2 held within one maximum age──▶ express ──nothing held for one maximum age──▶ ordinary
 */
export class HeldSubject<L extends BatchLine> {
  readonly name: Subject;
  /** What its last cause that is placed left unsettled. */
  tail: Wait<L> | undefined;
  /** Held causes, in order of acceptance. */
  queue: HeldCause<L>[] = [];
  /** Whether it goes by express groups. */
  express = false;
  /** Replays that came while causes were held: those that come later wait for them, too. */
  replays: Group<L>[] = [];
  /** Maximum age of its latest held line, in milliseconds. */
  #maxAgeMs = 0;
  /** When causes of it were held last, the latest three. */
  readonly #heldAt: number[] = [];

  constructor(name: Subject, tail: Wait<L> | undefined) {
    this.name = name;
    this.tail = tail;
  }

  noteHeld(at: number): void {
    this.#heldAt.push(at);
    if (this.#heldAt.length > OFTEN + 1) this.#heldAt.shift();
  }

  /** Chooses between ordinary and express groups. `maxAgeMs`: of the group its next line would join. */
  choose(now: number, maxAgeMs: number): void {
    this.#maxAgeMs = maxAgeMs;
    const [first = 0] = this.#heldAt;
    const isOften = this.#heldAt.length > OFTEN && first > now - maxAgeMs;
    if (this.queue.length > MOST_HELD || isOften) this.express = true;
    else if (this.express && this.queue.length <= 1 && this.isCalm(now)) this.express = false;
  }

  /** Whether nothing of it was held for one maximum age. */
  isCalm(now: number): boolean {
    return (this.#heldAt.at(-1) ?? Number.NEGATIVE_INFINITY) <= now - this.#maxAgeMs;
  }
}

/** Held causes of a subject from which on it goes by express. */
const MOST_HELD = 8;
/** Causes held within one maximum age, likewise. */
const OFTEN = 2;
