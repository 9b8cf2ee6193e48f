import type { BatchLine, Subject } from './batch.ts';
import type { Group } from './group.ts';
import type { Wait } from './wait.ts';

/** Tells causes apart. A symbol where the caller gave no number. */
export type Cause = number | symbol;

/** A cause of which some lines are held. */
export interface HeldCause<L extends BatchLine> {
  readonly cause: Cause | undefined;
  /** Acceptance, in milliseconds. */
  readonly at: number;
  /** Lines that are not placed yet. */
  lines: L[];
  /** Groups of its other lines; one may be named twice. */
  readonly groups: Group<L>[];
  /** Set for a further part of a cause whose first part was placed: what that waited for. */
  readonly partOf: { readonly before: Wait<L> | undefined } | undefined;
  /** Whether its groups are in the tail beside earlier ones, since they do not wait for these. */
  readonly addsUp: boolean;
  /** Whether it was noted that a line of it had to wait. */
  noted: boolean;
}

/** A subject with more held causes than this goes by express. */
const MOST_HELD = 8;
/** So does a subject with more causes than this held within one maximum age. */
const OFTEN = 2;

/**
 * A subject that has held lines, or had some a while ago. Of all other subjects only the tail is kept.
 *
 * States: ordinary ──more than 8 held causes, or more than 2 held within one maximum age──▶ express
 *         express ──queue empty, and nothing held for one maximum age──▶ ordinary
 */
export class HeldSubject<L extends BatchLine> {
  readonly subject: Subject;
  /** What the last cause before the queue left unsettled. */
  tail: Wait<L> | undefined;
  /** Whether its lines go by express groups. */
  express = false;
  /** Place in the heap of subjects with held lines. */
  heapIndex = -1;
  /** Held causes in the order of acceptance, from `#head` on. */
  #queue: HeldCause<L>[] = [];
  #head = 0;
  /** When its latest causes were held, in milliseconds. */
  readonly #heldAt: number[] = [];
  /** Maximum age of the latest line that it was chosen for. */
  #maxAgeMs = 0;

  constructor(subject: Subject, tail: Wait<L> | undefined) {
    this.subject = subject;
    this.tail = tail;
  }

  /** How many causes are held. */
  get length(): number {
    return this.#queue.length - this.#head;
  }

  get first(): HeldCause<L> | undefined {
    return this.#queue[this.#head];
  }

  get last(): HeldCause<L> | undefined {
    return this.length === 0 ? undefined : this.#queue.at(-1);
  }

  /** Held causes in the order of acceptance. */
  causes(): HeldCause<L>[] {
    return this.#queue.slice(this.#head);
  }

  push(cause: HeldCause<L>): void {
    this.#queue.push(cause);
  }

  shift(): void {
    this.#head += 1;
    // The queue of a subject that falls behind is long: its front is cut off now and then.
    if (this.#head * 2 <= this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }

  clear(): void {
    this.#queue = [];
    this.#head = 0;
  }

  /** A cause has to wait. */
  noteHeld(cause: HeldCause<L>, now: number): void {
    if (cause.noted) return;
    cause.noted = true;
    this.#heldAt.push(now);
    if (this.#heldAt.length > OFTEN + 1) this.#heldAt.shift();
  }

  /** Chooses between ordinary and express groups. `maxAgeMs` is that of the line which is placed next. */
  choose(now: number, maxAgeMs: number): void {
    this.#maxAgeMs = maxAgeMs;
    const [first = Number.NEGATIVE_INFINITY] = this.#heldAt;
    const isOften = this.#heldAt.length > OFTEN && first > now - maxAgeMs;
    if (this.length > MOST_HELD || isOften) this.express = true;
    else if (this.express && this.length <= 1 && this.isCalm(now)) this.express = false;
  }

  /** Whether nothing of it was held for one maximum age. */
  isCalm(now: number): boolean {
    return (this.#heldAt.at(-1) ?? Number.NEGATIVE_INFINITY) <= now - this.#maxAgeMs;
  }
}
