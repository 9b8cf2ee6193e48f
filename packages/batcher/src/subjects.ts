import type { BatchLine, Subject } from './batch.ts';
import { Group } from './group.ts';
import { type Cause, HeldSubject } from './held-subject.ts';
import { Replays } from './replays.ts';
import { pendingOf, Wait } from './wait.ts';

/** The cause whose lines came last. */
export interface CauseInHand<L extends BatchLine> {
  readonly cause: Cause;
  readonly subject: Subject;
  /** What its lines wait for. Of a held cause it is known once all lines that came are placed. */
  before: Wait<L> | undefined;
}

/**
 * What is remembered of each subject: its tail, which is what its last cause left unsettled. Most
 * tails are one group, which is kept itself: that takes no memory beside the reference. For a subject
 * with held lines, now or lately, it is a `HeldSubject`. A subject of which everything is settled is
 * forgotten.
 */
export class Subjects<L extends BatchLine> {
  readonly #known = new Map<Subject, Group<L> | Wait<L> | HeldSubject<L>>();
  /** Subjects whose lines were held lately, in the order in which that ended. */
  readonly #lingering = new Set<HeldSubject<L>>();
  readonly replays = new Replays<L>();
  #inHand: CauseInHand<L> | undefined;

  /** The tail of a subject as it is kept. */
  kept(subject: Subject): Group<L> | Wait<L> | HeldSubject<L> | undefined {
    return this.#known.get(subject);
  }

  /** The tail of a subject as later lines wait for it. */
  get(subject: Subject): Wait<L> | HeldSubject<L> | undefined {
    const known = this.#known.get(subject);
    if (!(known instanceof Group)) return known;
    return known.isOver ? undefined : Wait.forOne(known);
  }

  /** One group is the tail of a subject. */
  keep(subject: Subject, group: Group<L>): void {
    this.#known.set(subject, group);
  }

  /** Sets the tail of a subject of which nothing is held. */
  set(subject: Subject, tail: Wait<L> | undefined): void {
    if (tail === undefined) this.#known.delete(subject);
    else this.#known.set(subject, tail);
  }

  /** A subject is going to have held lines. */
  hold(subject: Subject, tail: Wait<L> | undefined): HeldSubject<L> {
    const held = new HeldSubject(subject, tail);
    this.#known.set(subject, held);
    return held;
  }

  /** What a line waits for: a tail, and unsettled replays of its subject. */
  before(tail: Wait<L> | undefined, subject: Subject): Wait<L> | undefined {
    return this.replays.count === 0 ? pendingOf(tail) : this.replays.with(pendingOf(tail), subject);
  }

  // ── the cause in hand ─────────────────────────────────────────────────────────────────────────

  /** The lines of another cause come. Without a number no part of it can follow. */
  begin(cause: Cause | undefined, subject: Subject, before: Wait<L> | undefined): void {
    this.#inHand = cause === undefined ? undefined : { cause, subject, before };
  }

  /** The cause in hand, when more lines of it come. */
  inHand(subject: Subject, cause: Cause | undefined): CauseInHand<L> | undefined {
    const inHand = this.#inHand;
    return cause !== undefined && inHand?.cause === cause && inHand.subject === subject ? inHand : undefined;
  }

  endCause(): void {
    this.#inHand = undefined;
  }

  // ── forgetting ────────────────────────────────────────────────────────────────────────────────

  /** A subject has held lines again. */
  isHeld(held: HeldSubject<L>): void {
    this.#lingering.delete(held);
  }

  /** Nothing of a subject is held any more: it is an ordinary one again once it was calm for a while. */
  settleDown(held: HeldSubject<L>, now: number): void {
    this.#lingering.delete(held);
    if (held.isCalm(now)) this.set(held.subject, pendingOf(held.tail));
    else {
      this.#lingering.add(held);
      this.forgetCalm(now);
    }
  }

  /** Forgets which subjects had held lines, where that is long enough ago. */
  forgetCalm(now: number): void {
    for (const held of this.#lingering) {
      if (!held.isCalm(now)) return;
      this.settleDown(held, now);
    }
  }

  /** Nothing is held any more, and it does not matter what was. */
  forgetHeld(): void {
    for (const { subject, tail } of this.#lingering) this.set(subject, pendingOf(tail));
    this.#lingering.clear();
  }

  /** A batch is over: forgets the tails that were over with it. */
  forgetTails(group: Group<L>): void {
    this.replays.remove(group);
    for (const { subject } of group.links?.standsFor ?? group.lines) {
      if (subject === undefined) continue;
      const tail = this.#known.get(subject);
      if (tail !== undefined && !(tail instanceof HeldSubject) && tail.isOver) this.#known.delete(subject);
    }
  }
}
