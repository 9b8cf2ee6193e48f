/**
 * Order across keys: a later line waits, not the batch.
 *
 * Rules
 *  O1  Lines of one cause have no order among themselves.
 *  O2  A line is held while a line of its subject's previous cause is in an open group other than
 *      the one it would join. Held causes of a subject queue up. Later causes wait for earlier ones,
 *      but the free lines of the first held cause go on.
 *  O3  When the group that a line waits for is sealed, the line joins its group. That group waits for
 *      all that the previous cause left unsettled, the group itself aside. All of it is sealed by
 *      then (W2 in `wait.ts`).
 *  O4  Of a subject only its tail is kept: what its last cause left. Waiting is transitive.
 *  O5  Parts of one cause come one after another. They wait for the same and add up to one tail.
 *  O6  A held subject watches up to two open groups that its first cause waits for: with two of them
 *      open none of its lines is free.
 *
 * Without order by subject (`GROUPING_KEY`) nothing waits and nothing is held. Tails add up then, so
 * that order by subject can begin again at any time.
 */
import type { BatchLine, Subject } from './batch.ts';
import { Group, Links } from './group.ts';
import { Heap } from './heap.ts';
import { type Cause, type HeldCause, HeldSubject } from './held-subject.ts';
import type { OpenGroups } from './open-groups.ts';
import { Subjects } from './subjects.ts';
import { distinct, liveGroups, pendingOf, Wait } from './wait.ts';

export class Order<L extends BatchLine> {
  readonly #groups: OpenGroups<L>;
  readonly subjects = new Subjects<L>();
  /** Subjects with held lines, by the acceptance of the first. */
  readonly holding = new Heap<HeldSubject<L>>();
  /** Lines that are held. */
  heldLines = 0;
  #bySubject: boolean;
  /** How many of the groups that this call sealed were looked at. */
  #looked = 0;

  constructor(groups: OpenGroups<L>, bySubject: boolean) {
    this.#groups = groups;
    this.#bySubject = bySubject;
  }

  get bySubject(): boolean {
    return this.#bySubject;
  }

  // ── lines come in ─────────────────────────────────────────────────────────────────────────────

  /** Takes a line that is a cause of its own. `joining` is the ordinary group of its key. */
  takeOne(line: L, subject: Subject, at: number, joining: Group<L> | undefined): void {
    const { subjects } = this;
    const tail = subjects.kept(subject);
    const isPlain = tail === undefined || tail === joining || (tail instanceof Group && !tail.isOpen);
    if (!isPlain || !this.#bySubject || subjects.replays.count > 0) {
      this.take([line], subject, at, undefined);
      return;
    }
    // Nearly every line: its subject has left nothing that is open, or only the group that it joins.
    subjects.endCause();
    const group = this.#groups.place(line, at, joining);
    if (group === tail) return;
    if (tail !== undefined && !tail.isOver) Wait.forOne(tail).hold(group);
    subjects.keep(subject, group);
  }

  /** Takes lines of one cause. They are all about one subject. */
  take(lines: readonly L[], subject: Subject, at: number, cause: Cause | undefined): void {
    const { subjects } = this;
    const known = subjects.get(subject);
    if (known instanceof HeldSubject) {
      this.#hold(known, lines, at, cause);
      return;
    }
    const tail = pendingOf(known);
    if (!this.#bySubject) {
      subjects.endCause();
      const groups = distinct(lines.map((line) => this.#groups.place(line, at)));
      subjects.set(subject, Wait.sum(tail, groups, true));
      return;
    }
    const part = subjects.inHand(subject, cause);
    const before = subjects.before(part === undefined ? tail : part.before, subject);
    const own = before?.firstOpen();
    if (own !== undefined && (before?.secondOpen() !== undefined || !lines.every((line) => own.takes(line, false)))) {
      this.#hold(subjects.hold(subject, tail), lines, at, cause);
      return;
    }
    if (part === undefined) subjects.begin(cause, subject, tail);
    const groups = this.#placeAll(lines, at, before, own);
    subjects.set(subject, part === undefined ? Wait.for(groups) : Wait.sum(tail, groups, tail !== part.before));
  }

  /** Places all lines of a cause. `own` is the open group that they join. Returns their groups, each once. */
  #placeAll(lines: readonly L[], at: number, before: Wait<L> | undefined, own: Group<L> | undefined): Group<L>[] {
    const groups: Group<L>[] = [];
    const others = own === undefined ? before : before?.besides(own);
    for (const line of lines) {
      const group = this.#groups.place(line, at);
      (group === own ? others : before)?.hold(group);
      if (group !== groups.at(-1)) groups.push(group);
    }
    return distinct(groups);
  }

  // ── lines are held ────────────────────────────────────────────────────────────────────────────

  /** Lines of a subject with held lines, or that had some lately, queue up. */
  #hold(held: HeldSubject<L>, lines: readonly L[], at: number, cause: Cause | undefined): void {
    const { subjects } = this;
    const { last, subject } = held;
    if (last !== undefined && cause !== undefined && last.cause === cause) {
      for (const line of lines) last.lines.push(line);
    } else {
      const part = subjects.inHand(subject, cause);
      if (part === undefined) subjects.begin(cause, subject, undefined);
      const groups = part === undefined ? [] : liveGroups(held.tail);
      held.push({ cause, at, lines: [...lines], groups, partOf: part, addsUp: false, noted: false });
    }
    this.heldLines += lines.length;
    subjects.isHeld(held);
    this.#advance(held);
  }

  /** Places what may go, as this call sealed some groups. It is a loop: placing may seal more. */
  run(): void {
    const { sealed } = this.#groups;
    for (; this.#looked < sealed.length; this.#looked += 1) {
      const links = sealed[this.#looked]?.links;
      if (links?.watchers === undefined) continue;
      const { watchers } = links;
      links.watchers = undefined;
      for (const held of watchers) this.#advance(held);
    }
  }

  /** The groups that this call sealed, in order, when all of them were looked at. */
  takeSealed(): readonly Group<L>[] {
    const { sealed } = this.#groups;
    this.#groups.sealed = [];
    this.#looked = 0;
    return sealed;
  }

  /** Places held causes of a subject, in their order, as far as they may go. */
  #advance(held: HeldSubject<L>): void {
    // It may have watched the group for a cause that is placed by now.
    if (held.length === 0) return;
    for (let cause = held.first; cause !== undefined; cause = held.first) {
      const before = this.beforeOf(held, cause);
      this.#placeFree(held, cause, before);
      if (cause.lines.length > 0) {
        if (this.#watch(held, before)) {
          held.noteHeld(cause, this.#groups.time);
          this.holding.set(held, cause.at);
          return;
        }
        // The last line that went filled the group that the others waited for.
        continue;
      }
      held.shift();
      this.#placed(held, cause);
    }
    this.holding.delete(held);
    this.subjects.settleDown(held, this.#groups.time);
  }

  /** What a held cause waits for. */
  beforeOf({ tail, subject }: HeldSubject<L>, { partOf }: HeldCause<L>): Wait<L> | undefined {
    return this.subjects.before(partOf === undefined ? tail : partOf.before, subject);
  }

  /** Places the lines of a cause that are free. */
  #placeFree(held: HeldSubject<L>, cause: HeldCause<L>, before: Wait<L> | undefined): void {
    if (before?.secondOpen() !== undefined) return;
    const own = before?.firstOpen();
    const others = own === undefined ? before : before?.besides(own);
    const [first] = cause.lines;
    if (first !== undefined) held.choose(this.#groups.time, this.#groups.policyFor(first.key).maxAgeMs);
    const rest: L[] = [];
    for (const line of cause.lines) {
      if (own?.isOpen && !own.takes(line, held.express)) {
        rest.push(line);
        continue;
      }
      const group = this.#groups.placeHeld(line, cause.at, held.express);
      (group === own ? others : before)?.hold(group);
      if (group !== cause.groups.at(-1)) cause.groups.push(group);
      this.heldLines -= 1;
    }
    cause.lines = rest;
  }

  /** Has a subject looked at when a group that its first cause waits for is sealed; false when none is open. */
  #watch(held: HeldSubject<L>, before: Wait<L> | undefined): boolean {
    const first = before?.firstOpen();
    if (first === undefined) return false;
    addWatcher(first, held);
    const second = before?.secondOpen();
    if (second !== undefined) addWatcher(second, held);
    return true;
  }

  /** All lines of a cause are placed: what it left is the subject's tail. */
  #placed(held: HeldSubject<L>, { cause, groups, partOf, addsUp }: HeldCause<L>): void {
    const tail = pendingOf(held.tail);
    const inHand = this.subjects.inHand(held.subject, cause);
    if (inHand !== undefined && partOf === undefined) inHand.before = tail;
    held.tail = Wait.sum(addsUp ? tail : undefined, distinct(groups), false);
  }

  // ── the ordering changes ──────────────────────────────────────────────────────────────────────

  /** From now on lines are in order by subject, and behind what their subjects have left. */
  orderBySubject(): void {
    this.#bySubject = true;
  }

  /** From now on only lines of one key are in order: what is held goes on, in ordinary groups. */
  setFree(): void {
    this.#bySubject = false;
    this.subjects.endCause();
    for (const held of this.holding.items) {
      let tail = pendingOf(held.tail);
      for (const { lines, groups, partOf, at } of held.causes()) {
        for (const line of lines) groups.push(this.#groups.placeHeld(line, at, false));
        tail = Wait.sum(tail, distinct([...liveGroups(partOf?.before), ...groups]), false);
      }
      held.clear();
      this.subjects.set(held.subject, tail);
    }
    this.holding.clear();
    this.heldLines = 0;
    this.subjects.forgetHeld();
  }
}

function addWatcher<L extends BatchLine>(group: Group<L>, held: HeldSubject<L>): void {
  group.links ??= new Links();
  group.links.watchers ??= new Set();
  group.links.watchers.add(held);
}
