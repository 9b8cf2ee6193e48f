/**
 * Grouping and flush policy, pure: time comes in as an argument, sealed batches come out as return
 * values.
 *
 * States of a batch: open ──seal──▶ sealed ──settle──▶ settled. The batcher holds the open groups and
 * the held lines. The caller delivers the sealed batches, and settles each when it is over: delivered,
 * dead or discarded.
 *
 * Invariants
 *  I1  A key has at most one open group, and one express group beside it. An idle key costs nothing.
 *  I2  Every line is in exactly one batch, or held. Lines without a subject keep the order of adding
 *      within their key.
 *  I3  A sealed batch has 1 … maxLines lines, and its `bytes` is at most maxBytes. The exception is a
 *      single line that was accepted under a wider policy.
 *  I4  The age of a group counts from its oldest line that was not held. `due(now)` seals every group
 *      whose age has reached maxAgeMs.
 *  I5  A group with a held line is sealed early for the age of that line, but early seals of one key
 *      are at least a quarter of maxAgeMs apart: a line is late by at most that for each step that it
 *      was held for.
 *  I6  The batches of one key are sent in the order of their `sequence`, each when it is not `blocked`.
 *  I7  A line does not first arrive before an unsettled line of its subject from an earlier cause. The
 *      rules stand in `order.ts`.
 *  I8  An express group is sealed when full, or at least a thirtieth of maxAgeMs after the last one of
 *      its key and only when no batch of the key is unsettled.
 *
 * Cost: adding is O(1) for each line, settling is O(lines) with subjects.
 */
import type { Batch, BatchLine, Held, RestoredBatch, Subject } from './batch.ts';
import type { BatcherError } from './batcher-error.ts';
import { Group, groupOf } from './group.ts';
import { heldLinesOf } from './held-lines.ts';
import { HeldSubject } from './held-subject.ts';
import { lineFault } from './line-fault.ts';
import { OpenGroups } from './open-groups.ts';
import { Order } from './order.ts';
import type { Policy } from './policy.ts';
import { policyResolver } from './policy-resolver.ts';
import { restoreSealed } from './restore-sealed.ts';
import { liveGroups, release } from './wait.ts';

/** Between which lines an order is kept: all lines of a subject, or only those of one key. */
export type Ordering = 'USER' | 'GROUPING_KEY';

/** What a batcher is made with. */
export interface BatcherOptions {
  /**
   * A constant, or a function that is asked when a group opens and on `reconfigure`. It must go on to
   * give a valid policy for a key that has open or held lines.
   */
  readonly policy: Policy | ((key: string) => Policy);
  /** Default `USER`. */
  readonly ordering?: Ordering;
}

const NONE: readonly never[] = Object.freeze([]);

/**
 * Groups lines by key and seals groups into batches. Times are milliseconds of the caller's clock, the
 * same clock for all calls. The invariants stand at the top of its file.
 */
export class Batcher<L extends BatchLine> {
  readonly #groups: OpenGroups<L>;
  readonly #order: Order<L>;

  /** @throws BatcherError `POLICY_INVALID` for a constant policy out of bounds. */
  constructor({ policy, ordering = 'USER' }: BatcherOptions) {
    this.#groups = new OpenGroups(policyResolver(policy));
    this.#order = new Order(this.#groups, ordering === 'USER');
  }

  // ── looking ───────────────────────────────────────────────────────────────────────────────────

  /** Keys with an open ordinary group. */
  get openKeys(): number {
    return this.#groups.ordinary.size;
  }

  /** Lines in open groups. */
  get openLines(): number {
    return this.#groups.lines;
  }

  /** Bytes of the bodies that the open groups would make now. */
  get openBytes(): number {
    return this.#groups.bytes;
  }

  /** Lines that are held. */
  get heldLines(): number {
    return this.#order.heldLines;
  }

  /** When `due` has something to seal; undefined while that is not a matter of time. */
  get nextDueAt(): number | undefined {
    const { ages, early, express } = this.#groups;
    const first = ages.nextDue();
    const natural = first === undefined ? undefined : first.openedAt + first.policy.maxAgeMs;
    return earliest(natural, early.nextAt, express.nextAt);
  }

  /** Acceptance of the oldest open or held line; undefined when there is none. Looks at each express group. */
  get oldestAt(): number | undefined {
    const { ages, early, express } = this.#groups;
    let oldest = earliest(ages.oldest()?.openedAt, early.oldestAt, this.#order.holding.firstRank);
    for (const group of express.values()) oldest = earliest(oldest, group.oldestAt, undefined);
    return oldest;
  }

  /**
   * What `add` would throw for a line of this key and size; undefined when it would take it.
   *
   * @throws BatcherError `POLICY_INVALID` when the key resolves to an impossible policy.
   */
  fault(line: Pick<L, 'key' | 'bytes'>): BatcherError | undefined {
    return lineFault(line, this.#groups.policyFor(line.key));
  }

  /** The open ordinary group of a key. */
  peek(key: string): Batch<L> | undefined {
    return this.#groups.ordinary.get(key);
  }

  /** All open groups, express groups included. */
  *openGroups(): Generator<Batch<L>> {
    yield* this.#groups.ordinary.values();
    yield* this.#groups.express.values();
  }

  /** When the age rules seal an open group at the latest, as things stand; of an express group, at the earliest. */
  dueAtOf(batch: Batch<L>): number {
    return this.#groups.dueAtOf(groupOf(batch));
  }

  /** Held lines of a subject, in the order of acceptance. */
  heldOf(subject: Subject): readonly Held<L>[] {
    const known = this.#order.subjects.get(subject);
    return known instanceof HeldSubject ? heldLinesOf(known, this.#order, this.#groups) : NONE;
  }

  /** All held lines, subject by subject. */
  *held(): Generator<Held<L>> {
    for (const held of this.#order.holding.items) yield* heldLinesOf(held, this.#order, this.#groups);
  }

  /**
   * Unsettled batches that a batch waits for. Earlier batches of its own key are among them only when
   * they have an earlier line of one of its subjects.
   */
  blockers(batch: Batch<L>): Batch<L>[] {
    const found = new Set<Group<L>>([groupOf(batch)]);
    for (const group of found) {
      // A batch that was settled while it was blocked stands for what it waited for.
      if (group.settled || group === batch) {
        for (const wait of group.links?.after ?? []) for (const one of liveGroups(wait)) found.add(one);
      }
    }
    return [...found].filter((group) => group !== batch && !group.settled);
  }

  /** Batches, open and sealed, that wait for a batch: those with later lines of its subjects. */
  followers(batch: Batch<L>): Batch<L>[] {
    const found = new Set<Group<L>>();
    for (const wait of groupOf(batch).links?.waits ?? []) for (const one of wait.waiting ?? []) found.add(one);
    return [...found];
  }

  // ── lines come in ─────────────────────────────────────────────────────────────────────────────

  /**
   * Takes a line in that is a cause of its own. Returns the batches that this sealed, in order of
   * sealing: usually none. Only `due` seals for age, so `at` may be older than the present.
   *
   * @param at - acceptance of the line, in milliseconds
   * @throws BatcherError `LINE_TOO_LARGE` when it cannot fit a batch alone, `LINE_INVALID` when
   *   `bytes` is no whole number, `POLICY_INVALID` when the key resolves to an impossible policy.
   *   Nothing has changed then.
   */
  add(line: L, at: number): readonly Batch<L>[] {
    const groups = this.#groups;
    const joining = groups.ordinary.get(line.key);
    const fault = lineFault(line, joining?.policy ?? groups.policyOf(line.key));
    if (fault !== undefined) throw fault;
    if (at > groups.time) groups.time = at;
    const { subject } = line;
    if (subject === undefined) groups.place(line, at, joining);
    else this.#order.takeOne(line, subject, at, joining);
    return this.#end();
  }

  /**
   * Takes the lines of one cause in, such as an update. They all have the same subject, or none, and no
   * order among themselves. Consecutive calls with the same `cause` are parts of one cause.
   *
   * @throws BatcherError as `add` does. Nothing has changed then.
   */
  addCause(lines: readonly L[], at: number, cause?: number): readonly Batch<L>[] {
    const [first] = lines;
    if (first === undefined) return NONE;
    this.#mustBeFit(lines);
    if (at > this.#groups.time) this.#groups.time = at;
    if (first.subject === undefined) for (const line of lines) this.#groups.place(line, at);
    else this.#order.take(lines, first.subject, at, cause);
    return this.#end();
  }

  #mustBeFit(lines: readonly L[]): void {
    for (const line of lines) {
      const fault = this.fault(line);
      if (fault !== undefined) throw fault;
    }
  }

  // ── groups are sealed ─────────────────────────────────────────────────────────────────────────

  /** Seals what is due: groups of full age, groups early for a held line, express groups in their pace. */
  due(now: number): readonly Batch<L>[] {
    const groups = this.#groups;
    groups.time = now;
    for (let before = -1; before !== groups.sequence; ) {
      before = groups.sequence;
      groups.sealDue(now);
      this.#order.run();
    }
    this.#order.subjects.forgetCalm(now);
    return this.#end();
  }

  /**
   * Seals everything that is open or held. The groups that held lines wait for go first, one by one, so
   * that held lines join groups that are open anyway.
   *
   * @param mostLines - stops behind the group with which so many lines are sealed: call again for the
   *   rest. Default: no limit
   */
  drain(mostLines = Number.POSITIVE_INFINITY): readonly Batch<L>[] {
    let lines = 0;
    const seal = (group: Group<L>) => {
      lines += group.lines.length;
      this.#groups.seal(group, 'drain');
    };
    for (let group = this.#awaited(); group !== undefined && lines < mostLines; group = this.#awaited()) {
      seal(group);
      this.#order.run();
    }
    for (const group of this.#groups.all()) if (lines < mostLines) seal(group);
    return this.#end();
  }

  /** Seals (`order`) the group that the oldest held line waits for. Seals nothing when nothing is held. */
  sealForHeld(): readonly Batch<L>[] {
    const group = this.#awaited();
    if (group !== undefined) this.#groups.seal(group, 'order');
    return this.#end();
  }

  /** The group that the oldest held line waits for. */
  #awaited(): Group<L> | undefined {
    const held = this.#order.holding.first;
    const cause = held?.first;
    return held === undefined || cause === undefined ? undefined : this.#order.beforeOf(held, cause)?.firstOpen();
  }

  /** Seals all express groups, without their pace. */
  sealExpress(): readonly Batch<L>[] {
    for (const group of [...this.#groups.express.values()]) this.#groups.seal(group, 'express');
    return this.#end();
  }

  /**
   * Seals the fullest of the ordinary groups whose maximum age ended at a time or before (`age`).
   * Without a time it seals the fullest of all groups (`budget`). Looks at each of them.
   */
  sealFullest(overdueAt?: number): readonly Batch<L>[] {
    let fullest: Group<L> | undefined;
    const groups = overdueAt === undefined ? this.#groups.all() : this.#groups.ages.due(overdueAt);
    for (const group of groups) if (fullest === undefined || fillOf(group) > fillOf(fullest)) fullest = group;
    if (fullest !== undefined) this.#groups.seal(fullest, overdueAt === undefined ? 'budget' : 'age');
    return this.#end();
  }

  /**
   * Puts a policy in force for what is open and what comes. A group at or over a new limit is sealed
   * (`reconfigured`), and cut where it is over the limit. The others stay open and keep their age. A
   * line that is too large for the new policy makes a batch alone, over the limit: only the caller can
   * decide what becomes of it.
   *
   * @param policy - default: the policy as it was given, asked again
   * @throws BatcherError `POLICY_INVALID`. The old policy stays in force then.
   */
  reconfigure(policy?: BatcherOptions['policy']): readonly Batch<L>[] {
    this.#groups.reconfigure(policy === undefined ? this.#groups.policyOf : policyResolver(policy));
    return this.#end();
  }

  /**
   * Changes between which lines an order is kept. To `GROUPING_KEY`: express groups are sealed first,
   * then held lines join ordinary groups at once.
   */
  reorder(ordering: Ordering): readonly Batch<L>[] {
    const bySubject = ordering === 'USER';
    if (bySubject === this.#order.bySubject) return NONE;
    if (bySubject) this.#order.orderBySubject();
    else {
      for (const group of [...this.#groups.express.values()]) this.#groups.seal(group, 'express');
      this.#order.setFree();
    }
    return this.#end();
  }

  /** Places what these seals set free, and returns what was sealed. */
  #end(): readonly Batch<L>[] {
    if (this.#groups.sealed.length === 0) return NONE;
    this.#order.run();
    return this.#order.takeSealed();
  }

  // ── batches are settled ───────────────────────────────────────────────────────────────────────

  /**
   * A sealed batch is over. Returns the sealed batches that waited for nothing else, in order of
   * sealing. A batch may be settled before those that it waits for: later lines still wait for these.
   */
  settle(batch: Batch<L>): readonly Batch<L>[] {
    const group = groupOf(batch);
    if (group.settled || group.isOpen) return NONE;
    group.settled = true;
    this.#groups.express.batchSettled(group.key);
    return release(group, (over) => this.#order.subjects.forgetTails(over));
  }

  /**
   * Seals a batch of the past again, to be sent once more. It waits for unsettled replays of its
   * subjects, and later lines of its subjects wait for it.
   */
  replay(given: Pick<Batch<L>, 'key' | 'lines' | 'bytes' | 'openedAt'>): Batch<L> {
    return this.restoreReplay({ ...given, reason: 'lines' });
  }

  // ── after a restart ───────────────────────────────────────────────────────────────────────────

  /** Takes a sealed, unsettled batch back in, still without its lines. Batches and replays come in order of sealing. */
  restore(given: RestoredBatch): Batch<L> {
    return this.#restored(given, []);
  }

  /** The same for a replay, with its lines. */
  restoreReplay({ lines, ...given }: RestoredBatch & { readonly lines: readonly L[] }): Batch<L> {
    const group = this.#restored(given, [...lines]);
    this.#order.subjects.replays.add(group);
    return group;
  }

  #restored({ key, openedAt, bytes, reason, express = false }: RestoredBatch, lines: L[]): Group<L> {
    const group = new Group<L>(key, this.#groups.policyOf(key), lines, bytes, openedAt, express);
    this.#groups.stamp(group, reason);
    return group;
  }

  /**
   * Takes the lines of one cause back in, in order of acceptance, once all sealed batches are in.
   * `batches[i]` is the batch that line i was sealed in. A line without one was open or held: it is
   * taken in again, under the ordering in force. What a sealed batch waits for is found from its lines.
   *
   * @throws BatcherError as `add` does, for lines that are taken in again. Nothing has changed then.
   */
  restoreCause(
    lines: readonly L[],
    batches: readonly (Batch<L> | undefined)[],
    at: number,
    cause?: number,
  ): readonly Batch<L>[] {
    this.#mustBeFit(lines.filter((_, index) => batches[index] === undefined));
    if (at > this.#groups.time) this.#groups.time = at;
    const open: L[] = [];
    const sealed: Group<L>[] = [];
    for (const [index, line] of lines.entries()) {
      const batch = batches[index];
      if (batch === undefined) {
        open.push(line);
        continue;
      }
      const group = groupOf(batch);
      group.lines.push(line);
      sealed.push(group);
    }
    const subject = lines[0]?.subject;
    if (subject === undefined) for (const line of open) this.#groups.place(line, at);
    else {
      const one = cause ?? Symbol('a cause without number');
      if (sealed.length > 0) restoreSealed(this.#order, sealed, subject, at, one);
      if (open.length > 0) this.#order.take(open, subject, at, one);
    }
    return this.#end();
  }
}

function fillOf<L extends BatchLine>({ lines, bytes, policy }: Group<L>): number {
  return Math.max(lines.length / policy.maxLines, bytes / policy.maxBytes);
}

function earliest(one: number | undefined, other: number | undefined, third: number | undefined): number | undefined {
  const first = Math.min(
    one ?? Number.POSITIVE_INFINITY,
    other ?? Number.POSITIVE_INFINITY,
    third ?? Number.POSITIVE_INFINITY,
  );
  return first === Number.POSITIVE_INFINITY ? undefined : first;
}
