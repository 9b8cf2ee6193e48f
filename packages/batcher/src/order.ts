/**
 * Order across keys: a later line waits, not the batch.
 *
 * Rules
 *  O1  Lines of one cause have no order among themselves.
 *  O2  A line is held while a line of its subject's previous cause is in an open group other than the one it would join. Held causes of a
 *      subject queue up; later causes wait for earlier ones, but the other lines of a cause that are free go on.
 *  O3  When the group that a line waits for is sealed, the line joins its group. What the previous cause left unsettled, the group itself aside,
 *      is in the group's `after`; all of that is sealed by then, so edges run from later to earlier sealed batches and cannot form a circle.
 *  O4  Of a subject only its last cause is remembered: what that waited for is waited for with it.
 *  O5  Parts of one cause share what they wait for and add up to one tail.
 *
 * Releasing is a loop over `#todo`, never recursion.
 */
import type { BatchLine, Group, Held, Subject } from './batch.ts';
import { type HeldCause, HeldSubject } from './held-subject.ts';
import { Wait } from './wait.ts';

/** Where lines are placed. */
export interface Places<L extends BatchLine> {
  /** The open group that a line would join. */
  target(line: L, express: boolean): Group<L> | undefined;
  /** Puts a line into its group. `at`: its acceptance; `now` is later for one that was held. */
  place(line: L, at: number, express: boolean, now: number): Group<L>;
  /** Milliseconds a line of this key may wait. */
  maxAgeOf(key: string): number;
  /** When a group is sealed at the latest. */
  dueAtOf(group: Group<L>): number;
}

/** The cause whose lines came last: a further part of it waits for the same. */
interface Current<L extends BatchLine> {
  readonly cause: number;
  readonly subject: Subject;
  readonly before: Wait<L> | undefined;
}

export class Order<L extends BatchLine> {
  readonly #places: Places<L>;
  /** What each subject's last cause left, or more where lines of it are held. */
  readonly #subjects = new Map<Subject, Wait<L> | HeldSubject<L>>();
  /** Subjects to look at again, as a group that they waited for was sealed. */
  #todo: HeldSubject<L>[] = [];
  /** Subjects with held lines, in the order in which that began. */
  readonly #holding = new Set<HeldSubject<L>>();
  /** Subjects without held lines that are still remembered for what was held lately, the calmest first. */
  readonly #lingering = new Set<HeldSubject<L>>();
  readonly #replays = new Map<Subject, Group<L>[]>();
  #current: Current<L> | undefined;
  #time = Number.NEGATIVE_INFINITY;
  bySubject: boolean;
  /** Lines that are held. */
  heldLines = 0;

  constructor(places: Places<L>, bySubject: boolean) {
    this.#places = places;
    this.bySubject = bySubject;
  }

  // ── in ────────────────────────────────────────────────────────────────────────────────────────

  /** Takes the lines of one cause, all about one subject. */
  take(lines: readonly L[], subject: Subject, at: number, cause: number | undefined): void {
    this.#time = Math.max(this.#time, at);
    const known = this.#subjects.get(subject);
    if (known instanceof HeldSubject) {
      this.#takeHeld(known, lines, at, cause);
      return;
    }
    const isPart = cause !== undefined && this.#current?.cause === cause && this.#current.subject === subject;
    const before = isPart ? this.#current?.before : unsettled(known);
    if (cause !== undefined && !isPart) this.#current = { cause, subject, before };
    if (before !== undefined && this.bySubject && this.#mustHold(lines, before)) {
      const held = new HeldSubject(subject, isPart ? known : before);
      this.#subjects.set(subject, held);
      const part = heldCause(lines, at, cause, { free: false, before, hasBefore: isPart });
      if (isPart) part.groups = liveGroups(known);
      held.queue.push(part);
      this.#holds(held, lines.length);
      this.#advance(held);
      return;
    }
    const placed = this.#placeAll(lines, at, before);
    const addsUp = isPart || !this.bySubject;
    const tail = addsUp ? waitForAll([...liveGroups(isPart ? known : before), ...placed]) : Wait.for(placed);
    if (tail !== undefined) this.#subjects.set(subject, tail);
  }

  #takeHeld(held: HeldSubject<L>, lines: readonly L[], at: number, cause: number | undefined): void {
    const last = held.queue.at(-1);
    if (last !== undefined && cause !== undefined && last.cause === cause) last.lines = [...last.lines, ...lines];
    else {
      const isPart =
        last === undefined &&
        cause !== undefined &&
        this.#current?.cause === cause &&
        this.#current.subject === held.name;
      const before = isPart ? this.#current?.before : undefined;
      const part = heldCause(lines, at, cause, { free: !this.bySubject, before, hasBefore: isPart });
      if (isPart) part.groups = liveGroups(held.tail);
      held.queue.push(part);
    }
    this.#holds(held, lines.length);
    this.#advance(held);
  }

  #holds(held: HeldSubject<L>, lines: number): void {
    this.heldLines += lines;
    this.#lingering.delete(held);
    this.#holding.add(held);
  }

  /** Whether a line of a cause has to wait for an open group other than its own. */
  #mustHold(lines: readonly L[], before: Wait<L>): boolean {
    const open = openGroups(before);
    if (open.length === 0) return false;
    if (open.length > 1) return true;
    return lines.some((line) => this.#places.target(line, false) !== open[0]);
  }

  /** Places all lines of a cause, and returns their groups, each once. */
  #placeAll(lines: readonly L[], at: number, before: Wait<L> | undefined): Group<L>[] {
    const groups: Group<L>[] = [];
    const wait = this.bySubject ? before : undefined;
    const own = wait === undefined ? undefined : openGroups(wait)[0];
    for (const line of lines) {
      const group = this.#places.place(line, at, false, at);
      if (wait !== undefined) (group === own ? wait.without(own) : wait)?.hold(group);
      list(groups, group);
    }
    return groups;
  }

  // ── letting go ────────────────────────────────────────────────────────────────────────────────

  /** A group was sealed: what waited for that is looked at with the next `run`. */
  sealed(group: Group<L>): void {
    if (group.holding === undefined) return;
    for (const held of group.holding) this.#todo.push(held as HeldSubject<L>);
    group.holding = undefined;
  }

  /** Places what may go now. */
  run(now: number): void {
    this.#time = Math.max(this.#time, now);
    for (let held = this.#todo.pop(); held !== undefined; held = this.#todo.pop()) this.#advance(held);
  }

  /** Places held causes, in their order, as far as they may go. */
  #advance(held: HeldSubject<L>): void {
    for (;;) {
      const cause = held.queue[0];
      if (cause === undefined) break;
      const before = unsettled(cause.hasBefore ? cause.before : held.tail);
      const [line] = cause.lines;
      if (this.bySubject && line !== undefined) held.choose(this.#time, this.#places.maxAgeOf(line.key));
      const rest = this.#placeFree(held, cause, before);
      cause.lines = rest;
      if (rest.length > 0) {
        this.#noteHeld(held, cause);
        return;
      }
      held.queue.shift();
      this.#placed(held, cause, before);
    }
    this.#holding.delete(held);
    this.#settleDown(held);
  }

  /** Places the lines of a cause that need not wait, and returns the others. */
  #placeFree(held: HeldSubject<L>, cause: HeldCause<L>, before: Wait<L> | undefined): L[] {
    const rest: L[] = [];
    let open = cause.free ? [] : openGroups(before);
    // Of one open group at most the lines may join: it does not wait for itself.
    const own = open.length === 1 ? open[0] : undefined;
    for (const line of cause.lines) {
      const express = held.express && !cause.free;
      // A line that was placed may have sealed one of them.
      if (open.some((group) => !group.isOpen)) open = open.filter((group) => group.isOpen);
      const target = open.length === 0 ? undefined : this.#places.target(line, express);
      if (open.length > 1 || (open.length === 1 && open[0] !== target)) {
        rest.push(line);
        for (const group of open) if (group !== target) holdFor(group, held);
        continue;
      }
      const group = this.#places.place(line, cause.at, express, Math.max(cause.at, this.#time));
      if (!cause.free) (group === own ? before?.without(own) : before)?.hold(group);
      list(cause.groups, group);
      this.heldLines -= 1;
    }
    return rest;
  }

  #noteHeld(held: HeldSubject<L>, cause: HeldCause<L>): void {
    if (cause.noted) return;
    cause.noted = true;
    held.noteHeld(this.#time);
  }

  /** All lines of a cause are placed: what it left is the subject's tail. */
  #placed(held: HeldSubject<L>, cause: HeldCause<L>, before: Wait<L> | undefined): void {
    if (cause.cause !== undefined) this.#current = { cause: cause.cause, subject: held.name, before };
    const left = cause.free || cause.addsUp ? [...liveGroups(before), ...cause.groups] : cause.groups;
    held.tail = waitForAll([...left, ...held.replays]);
    held.replays = [];
  }

  /** Nothing of a subject is held: it is an ordinary one again once it has been calm for a while. */
  #settleDown(held: HeldSubject<L>): void {
    if (held.isCalm(this.#time)) {
      this.#lingering.delete(held);
      if (unsettled(held.tail) === undefined) this.#subjects.delete(held.name);
      else this.#subjects.set(held.name, held.tail as Wait<L>);
    } else this.#lingering.add(held);
  }

  /** Forgets which subjects had held lines, once that is long enough ago. */
  forget(now: number): void {
    this.#time = Math.max(this.#time, now);
    for (const held of this.#lingering) {
      if (!held.isCalm(this.#time)) return;
      this.#settleDown(held);
    }
  }

  #remember(subject: Subject, groups: readonly Group<L>[]): void {
    const tail = waitForAll(groups);
    if (tail === undefined) this.#subjects.delete(subject);
    else this.#subjects.set(subject, tail);
  }

  // ── settling ──────────────────────────────────────────────────────────────────────────────────

  /** A batch is over: returns those that waited for nothing else, in order of sealing. */
  settle(group: Group<L>): Group<L>[] {
    const freed: Group<L>[] = [];
    for (const wait of group.waits ?? []) wait.settled(freed);
    group.waits = undefined;
    group.alone = undefined;
    group.pair = undefined;
    for (const { subject } of group.lines) {
      if (subject === undefined) continue;
      const known = this.#subjects.get(subject);
      if (known instanceof Wait && known.isOver) this.#subjects.delete(subject);
    }
    return freed.length < 2 ? freed : freed.sort((one, other) => one.sequence - other.sequence);
  }

  /** A group was cut into pieces, all of them sealed: whatever waited for it waits for each. */
  replace(whole: Group<L>, pieces: readonly Group<L>[]): void {
    const [first] = pieces;
    whole.pieces = pieces;
    for (const wait of whole.waits ?? []) wait.replace(whole, pieces);
    // The pieces follow one another within their key, so the first waiting is all of them waiting.
    if (first === undefined || whole.after === undefined) return;
    first.after = whole.after;
    for (const wait of whole.after) wait.handOn(whole, first);
  }

  // ── ordering and replays ──────────────────────────────────────────────────────────────────────

  /** From now on only lines of one key keep their order: what is held goes on, in ordinary groups. */
  setFree(now: number): void {
    this.bySubject = false;
    this.#todo = [];
    for (const held of this.#holding) {
      held.express = false;
      for (const cause of held.queue) cause.free = true;
    }
    for (const held of this.#lingering) held.express = false;
    this.#todo.push(...this.#holding);
    this.run(now);
  }

  /** A replay was sealed: it waits for unsettled replays of its subjects, and later lines of them wait for it. */
  addReplay(replay: Group<L>): void {
    const subjects = new Set<Subject>();
    for (const { subject } of replay.lines) if (subject !== undefined) subjects.add(subject);
    const earlier = new Set<Group<L>>();
    for (const subject of subjects) {
      const replays = (this.#replays.get(subject) ?? []).filter((one) => !one.settled);
      for (const one of replays) earlier.add(one);
      this.#replays.set(subject, [...replays, replay]);
      this.#waitForReplay(subject, replay);
    }
    waitFor(waitForAll([...earlier]), replay);
  }

  #waitForReplay(subject: Subject, replay: Group<L>): void {
    const known = this.#subjects.get(subject);
    if (!(known instanceof HeldSubject)) {
      this.#remember(subject, [...liveGroups(known), replay]);
      return;
    }
    known.tail = waitForAll([...liveGroups(known.tail), replay]);
    for (const cause of known.queue) {
      if (cause.hasBefore) cause.before = waitForAll([...liveGroups(cause.before), replay]);
    }
    if (known.queue.length > 0) known.replays.push(replay);
  }

  /** Forgets a replay that is over. */
  removeReplay(replay: Group<L>): void {
    if (this.#replays.size === 0) return;
    for (const { subject } of replay.lines) {
      const replays = subject === undefined ? undefined : this.#replays.get(subject);
      if (subject === undefined || replays === undefined) continue;
      const left = replays.filter((one) => one !== replay);
      if (left.length > 0) this.#replays.set(subject, left);
      else this.#replays.delete(subject);
    }
  }

  // ── after a restart ───────────────────────────────────────────────────────────────────────────

  /** A line that was sealed before the restart adds to its subject's tail, and its batch waits for earlier ones of the subject. */
  restore(group: Group<L>, subject: Subject, at: number, cause: number | undefined): void {
    const known = this.#subjects.get(subject);
    if (known instanceof HeldSubject && known.queue.length > 0) {
      const last = known.queue.at(-1);
      waitFor(earlierThan(group, known.tail), group);
      if (last !== undefined && cause !== undefined && last.cause === cause) last.groups.push(group);
      else {
        const part = heldCause<L>([], at, cause, { free: !this.bySubject, before: undefined, hasBefore: false });
        part.addsUp = true;
        part.groups.push(group);
        known.queue.push(part);
      }
      return;
    }
    const tail = known instanceof HeldSubject ? known.tail : known;
    const isPart = cause !== undefined && this.#current?.cause === cause && this.#current.subject === subject;
    const before = isPart ? this.#current?.before : unsettled(tail);
    if (cause !== undefined && !isPart) this.#current = { cause, subject, before };
    waitFor(earlierThan(group, before), group);
    const groups = [...liveGroups(tail), group];
    if (known instanceof HeldSubject) known.tail = waitForAll(groups);
    else this.#remember(subject, groups);
  }

  // ── what one sees ─────────────────────────────────────────────────────────────────────────────

  /** The group that the oldest held line waits for. */
  blockerOfOldest(): Group<L> | undefined {
    for (const held of this.#holding) {
      for (const group of this.#openBefore(held)) return group;
    }
    return undefined;
  }

  /** Held lines of a subject. */
  heldOf(subject: Subject): Held<L>[] {
    const known = this.#subjects.get(subject);
    return known instanceof HeldSubject ? this.#heldLines(known) : [];
  }

  *held(): Generator<Held<L>> {
    for (const held of this.#holding) yield* this.#heldLines(held);
  }

  /** When the oldest held line was accepted. */
  get oldestAt(): number | undefined {
    let oldest: number | undefined;
    for (const held of this.#holding) {
      const at = held.queue[0]?.at;
      if (at !== undefined && (oldest === undefined || at < oldest)) oldest = at;
    }
    return oldest;
  }

  #openBefore(held: HeldSubject<L>): Group<L>[] {
    const [cause] = held.queue;
    return cause === undefined ? [] : openGroups(cause.hasBefore ? cause.before : held.tail);
  }

  #heldLines(held: HeldSubject<L>): Held<L>[] {
    const blockers = this.#openBefore(held);
    const until = blockers.reduce((latest, group) => Math.max(latest, this.#places.dueAtOf(group)), 0);
    return held.queue.flatMap(({ lines, at }) => lines.map((line) => ({ line, at, blockers, until })));
  }
}

function heldCause<L extends BatchLine>(
  lines: readonly L[],
  at: number,
  cause: number | undefined,
  given: Pick<HeldCause<L>, 'free' | 'before' | 'hasBefore'>,
): HeldCause<L> {
  return { cause, at, lines, groups: [], noted: false, addsUp: false, ...given };
}

/** A wait that is not over. */
function unsettled<L extends BatchLine>(wait: Wait<L> | undefined): Wait<L> | undefined {
  return wait?.isOver === true ? undefined : wait;
}

function liveGroups<L extends BatchLine>(wait: Wait<L> | undefined): Group<L>[] {
  return wait === undefined || wait.isOver ? [] : wait.groups.filter((group) => !group.settled);
}

function openGroups<L extends BatchLine>(wait: Wait<L> | undefined): Group<L>[] {
  return wait === undefined || wait.isOver ? [] : wait.groups.filter((group) => group.isOpen);
}

/** A wait for groups that may be named twice, or be settled. */
function waitForAll<L extends BatchLine>(groups: readonly Group<L>[]): Wait<L> | undefined {
  const standing = groups.flatMap((group) => group.pieces ?? [group]);
  return Wait.for([...new Set(standing)].filter((group) => !group.settled));
}

/** Has a group wait. */
function waitFor<L extends BatchLine>(wait: Wait<L> | undefined, group: Group<L>): void {
  wait?.hold(group);
}

/** Of a wait's batches those that were sealed before a group: edges run from later to earlier ones only. */
function earlierThan<L extends BatchLine>(group: Group<L>, wait: Wait<L> | undefined): Wait<L> | undefined {
  return waitForAll(liveGroups(wait).filter((one) => one !== group && !one.isOpen && one.sequence < group.sequence));
}

/** Puts a group into a list, once in nearly all cases: it may stand there twice when it was put into another list meanwhile. */
function list<L extends BatchLine>(groups: Group<L>[], group: Group<L>): void {
  if (group.listedIn === groups) return;
  group.listedIn = groups;
  groups.push(group);
}

function holdFor<L extends BatchLine>(group: Group<L>, held: HeldSubject<L>): void {
  group.holding ??= new Set();
  group.holding.add(held);
}
