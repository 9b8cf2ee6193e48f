/**
 * Grouping and flush policy, pure: time comes in as an argument, sealed batches come out as return values.
 *
 * States of a batch: open ──seal──▶ sealed ──settle──▶ settled. The batcher holds the open ones, and the lines that are held back; the caller
 * delivers the sealed ones and says when each is settled (delivered, dead, or otherwise over).
 *
 * Invariants
 *  I1  A key has at most one open group, and one express group beside it; an idle key has none and costs nothing.
 *  I2  Every line added is in exactly one batch, or held. Lines without a subject are in the order of adding within their key.
 *  I3  A sealed batch has 1 … maxLines lines, and its `bytes` is at most maxBytes. (Exception: a single line accepted
 *      under a wider policy; see `reconfigure`.)
 *  I4  A group's age counts from its first line that was not held. `due(now)` seals every group whose age has reached maxAgeMs.
 *  I5  A group with a held line is sealed early for that line's own age, but early seals of one key are at least a quarter of maxAgeMs apart: a line
 *      is late by at most that for each step it was held.
 *  I6  Sealed batches of one key have ascending `sequence`, and the caller sends them in that order, each when it is not `blocked`.
 *  I7  A line does not first arrive before an unsettled line of its subject from an earlier cause: `order.ts` has the rule.
 *  I8  Express groups are sealed when full, or at least a thirtieth of maxAgeMs after the last of their key and only when no batch of the key
 *      is unsettled.
 *
 * Cost: adding is O(1) a line: one map look-up, two with a subject. Sealing is O(1); settling is O(lines) with subjects.
 */
import { AgeLists } from './age-lists.ts';
import { type Batch, type BatchLine, Group, type Held, type SealReason, type Subject } from './batch.ts';
import { BatcherError } from './batcher-error.ts';
import { bodyBytes, cutLines } from './cut-lines.ts';
import { EarlySeals } from './early-seals.ts';
import { ExpressPace } from './express-pace.ts';
import { Order } from './order.ts';
import { checkPolicy, type Policy } from './policy.ts';

/** Between which lines an order is kept: all of a subject, or only those of one key. */
export type Ordering = 'USER' | 'GROUPING_KEY';

/** What a batcher is made with. */
export interface BatcherOptions {
  /** Resolves the policy of a group when it opens, and again on `reconfigure`. A constant policy may be given as such. */
  readonly policy: Policy | ((key: string) => Policy);
  /** Default `USER`. */
  readonly ordering?: Ordering;
}

/** A sealed batch from before a restart. */
export type RestoredBatch = Pick<Batch<BatchLine>, 'key' | 'openedAt' | 'bytes'> & {
  readonly reason: SealReason;
  readonly express?: boolean;
};

/**
 * Groups lines by key and seals groups into batches. Times are the caller's milliseconds, of any origin, the same for all calls.
 * The invariants stand at the top of its file.
 */
export class Batcher<L extends BatchLine> {
  #policyOf: (key: string) => Policy;
  readonly #groups = new Map<string, Group<L>>();
  readonly #express = new Map<string, Group<L>>();
  readonly #ages = new AgeLists<L>();
  readonly #early = new EarlySeals<L>();
  readonly #pace = new ExpressPace<L>();
  readonly #order: Order<L>;
  #sequence = 0;
  #openLines = 0;
  #openBytes = 0;
  /** What this call has sealed. */
  #sealed: Group<L>[] = [];
  /** The latest time that came in. */
  #time = Number.NEGATIVE_INFINITY;

  /** @throws BatcherError `POLICY_INVALID` for a constant policy out of bounds. */
  constructor({ policy, ordering = 'USER' }: BatcherOptions) {
    this.#policyOf = resolver(policy);
    this.#order = new Order<L>(
      {
        target: ({ key }, express) => (express ? this.#express : this.#groups).get(key),
        place: (line, at, express, now) => this.#place(line, at, express, now),
        maxAgeOf: (key) => (this.#groups.get(key)?.policy ?? this.#policyOf(key)).maxAgeMs,
        dueAtOf: (group) => this.dueAtOf(group),
      },
      ordering === 'USER',
    );
  }

  // ── what one sees ─────────────────────────────────────────────────────────────────────────────

  /** Keys with an open group. */
  get openKeys(): number {
    return this.#groups.size;
  }

  /** Lines in open groups. */
  get openLines(): number {
    return this.#openLines;
  }

  /** Bytes of the bodies that the open groups would make now. */
  get openBytes(): number {
    return this.#openBytes;
  }

  /** Lines that are held back. */
  get heldLines(): number {
    return this.#order.heldLines;
  }

  /** When `due` has something to seal next, in the caller's milliseconds, or has to look; undefined when that is not a matter of time. */
  get nextDueAt(): number | undefined {
    const natural = this.#ages.nextDue();
    let next = this.#early.nextAt ?? Number.POSITIVE_INFINITY;
    if (natural !== undefined) next = Math.min(next, natural.openedAt + natural.policy.maxAgeMs);
    if (this.#express.size > 0) next = Math.min(next, this.#pace.nextAt(this.#express.values()));
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  /** When the oldest open or held line was accepted; undefined when there is none. */
  get oldestAt(): number | undefined {
    let oldest = this.#order.oldestAt ?? Number.POSITIVE_INFINITY;
    oldest = Math.min(oldest, this.#ages.oldest()?.openedAt ?? oldest, this.#early.oldestAt ?? oldest);
    for (const group of this.#express.values()) oldest = Math.min(oldest, group.oldestAt);
    return oldest === Number.POSITIVE_INFINITY ? undefined : oldest;
  }

  /**
   * What `add` would throw for a line of this key and size, or undefined.
   *
   * @throws BatcherError `POLICY_INVALID` when the key resolves to an impossible policy.
   */
  fault(line: Pick<L, 'key' | 'bytes'>): BatcherError | undefined {
    return lineFault(line, this.#groups.get(line.key)?.policy ?? this.#policyOf(line.key));
  }

  /** The open group of a key, to look at. */
  peek(key: string): Batch<L> | undefined {
    return this.#groups.get(key);
  }

  /** All open groups, express ones included, to look at. */
  *openGroups(): Generator<Batch<L>> {
    yield* this.#groups.values();
    yield* this.#express.values();
  }

  /** When an open group is sealed by the age rules at the latest, as things stand. */
  dueAtOf(batch: Batch<L>): number {
    const group = batch as Group<L>;
    if (group.express) return this.#pace.atOf(group);
    return Math.min(group.openedAt + group.policy.maxAgeMs, this.#early.atOf(group) ?? Number.POSITIVE_INFINITY);
  }

  /** Lines of a subject that are held. */
  heldOf(subject: Subject): readonly Held<L>[] {
    return this.#order.heldOf(subject);
  }

  /** All lines that are held. */
  held(): Iterable<Held<L>> {
    return this.#order.held();
  }

  /** Unsettled batches that a batch waits for. */
  blockers(batch: Batch<L>): Batch<L>[] {
    const found = new Set<Batch<L>>();
    for (const wait of (batch as Group<L>).after ?? []) {
      for (const group of wait.groups) if (!group.settled && group !== batch) found.add(group);
    }
    return [...found];
  }

  /** Batches, open and sealed ones, with a later line of one of a batch's subjects under whatever key. */
  followers(batch: Batch<L>): Batch<L>[] {
    return [...new Set(((batch as Group<L>).waits ?? []).flatMap((wait) => wait.waiting))];
  }

  // ── in ────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Takes in a line that is a cause of its own, accepted `at` a time, and returns the batches this sealed, in order of sealing: usually none.
   * Nothing is sealed for its age but by `due`.
   *
   * @throws BatcherError `LINE_TOO_LARGE` when it cannot fit a batch alone, `LINE_INVALID` when `bytes` is no whole number,
   *   `POLICY_INVALID` when the key resolves to an impossible policy. The line is then not in, and nothing has changed.
   */
  add(line: L, at: number): readonly Batch<L>[] {
    const { subject } = line;
    const fault = this.fault(line);
    if (fault !== undefined) throw fault;
    if (at > this.#time) this.#time = at;
    if (subject === undefined) this.#place(line, at, false, at);
    else this.#order.take([line], subject, at, undefined);
    return this.#end(at);
  }

  /**
   * Takes in the lines of one cause, such as an update: they have one subject, or none, and no order among themselves. Calls that follow one another
   * with the same `cause` are parts of one.
   *
   * @throws BatcherError as `add`; then none of the lines is in.
   */
  addCause(lines: readonly L[], at: number, cause?: number): readonly Batch<L>[] {
    const [first] = lines;
    if (first === undefined) return NONE;
    for (const line of lines) {
      const fault = this.fault(line);
      if (fault !== undefined) throw fault;
    }
    if (at > this.#time) this.#time = at;
    if (first.subject === undefined) for (const line of lines) this.#place(line, at, false, at);
    else this.#order.take(lines, first.subject, at, cause);
    return this.#end(at);
  }

  /** Seals what is due: groups of full age, groups early for a held line, express groups in their pace. */
  due(now: number): readonly Batch<L>[] {
    if (now > this.#time) this.#time = now;
    for (let before = -1; before !== this.#sequence; ) {
      before = this.#sequence;
      for (let group = this.#ages.nextDue(); group !== undefined; group = this.#ages.nextDue()) {
        if (group.openedAt + group.policy.maxAgeMs > now) break;
        this.#seal(group, 'age');
      }
      for (let group = this.#early.take(now); group !== undefined; group = this.#early.take(now))
        this.#seal(group, 'order');
      for (const group of [...this.#express.values()]) if (this.#pace.isDue(group, now)) this.#seal(group, 'express');
      this.#order.run(now);
    }
    this.#order.forget(now);
    return this.#end(now);
  }

  // ── seals that the caller asks for ────────────────────────────────────────────────────────────

  /** Seals everything that is open, and what is held, oldest groups first. */
  drain(): readonly Batch<L>[] {
    while (this.#groups.size + this.#express.size > 0) {
      for (const group of [...this.#groups.values(), ...this.#express.values()]) this.#seal(group, 'drain');
      this.#order.run(this.#time);
    }
    return this.#end(this.#time);
  }

  /** Seals (`order`) the group that the oldest held line waits for; none when nothing is held. */
  sealForHeld(): readonly Batch<L>[] {
    const group = this.#order.blockerOfOldest();
    if (group !== undefined) this.#seal(group, 'order');
    return this.#end(this.#time);
  }

  /** Seals express groups without their pace. */
  sealExpress(): readonly Batch<L>[] {
    for (const group of [...this.#express.values()]) this.#seal(group, 'express');
    return this.#end(this.#time);
  }

  /** Seals the fullest group of those that are due at a time (`age`); without one the fullest of all (`budget`). Looks at each of them. */
  sealFullest(dueAt?: number): readonly Batch<L>[] {
    let fullest: Group<L> | undefined;
    for (const group of dueAt === undefined ? this.#groups.values() : this.#ages.due(dueAt)) {
      if (fullest === undefined || fillOf(group) > fillOf(fullest)) fullest = group;
    }
    if (fullest !== undefined) this.#seal(fullest, dueAt === undefined ? 'budget' : 'age');
    return this.#end(this.#time);
  }

  /**
   * Puts a new policy in force for what is open and what comes. An open group over one of the new limits is cut into
   * batches within them, all of which are sealed (`reconfigured`); the others stay open, aged as they were.
   * A line too large for the new policy, which was accepted under the old one, makes a batch alone and over the limit:
   * only the caller can decide what becomes of it.
   *
   * @throws BatcherError `POLICY_INVALID`; the old policy then stays in force.
   */
  reconfigure(policy: BatcherOptions['policy'] = this.#policyOf): readonly Batch<L>[] {
    const policyOf = resolver(policy);
    const open = [...this.#groups.values(), ...this.#express.values()];
    const policies = new Map(open.map((group) => [group, policyOf(group.key)]));
    this.#policyOf = policyOf;
    this.#ages.clear();
    for (const group of open) {
      group.older = undefined;
      group.newer = undefined;
      group.policy = policies.get(group) ?? group.policy;
      const bytes = bodyBytes(group.lines, group.policy);
      this.#openBytes += bytes - group.bytes;
      group.bytes = bytes;
      if (!group.express) this.#ages.push(group);
    }
    this.#early.reconfigure(this.#groups.values());
    for (const group of open) {
      if (group.lines.length >= group.policy.maxLines || group.bytes > group.policy.maxBytes) this.#cut(group);
    }
    return this.#end(this.#time);
  }

  /** Changes between which lines an order is kept. To `GROUPING_KEY`: express groups are sealed, and what is held goes on at once. */
  reorder(ordering: Ordering): readonly Batch<L>[] {
    const bySubject = ordering === 'USER';
    if (bySubject === this.#order.bySubject) return NONE;
    if (bySubject) this.#order.bySubject = true;
    else {
      for (const group of [...this.#express.values()]) this.#seal(group, 'express');
      this.#order.setFree(this.#time);
    }
    return this.#end(this.#time);
  }

  // ── sealed batches ────────────────────────────────────────────────────────────────────────────

  /** Takes note that a sealed batch is over. Returns the sealed batches that waited for nothing else, in order of sealing. */
  settle(batch: Batch<L>): readonly Batch<L>[] {
    const group = batch as Group<L>;
    if (group.settled) return NONE;
    group.settled = true;
    this.#pace.settled(group);
    this.#order.removeReplay(group);
    return this.#order.settle(group);
  }

  /**
   * Sends a batch of the past again: it is sealed now, waits for unsettled replays of its subjects, and later lines of its subjects wait for it.
   */
  replay(given: Pick<Batch<L>, 'key' | 'lines' | 'bytes' | 'openedAt'>): Batch<L> {
    return this.restoreReplay({ ...given, reason: 'lines' });
  }

  /** Takes a sealed, unsettled batch back in after a restart, still without its lines. Batches and replays come back in the order of their sealing. */
  restore({ key, openedAt, bytes, reason, express = false }: RestoredBatch): Batch<L> {
    const group = new Group<L>(key, this.#policyOf(key), [], bytes, openedAt, express);
    return this.#stamp(group, reason);
  }

  /** The same for a replay, with its lines. */
  restoreReplay({ lines, ...given }: RestoredBatch & { readonly lines: readonly L[] }): Batch<L> {
    const group = this.restore(given) as Group<L>;
    group.lines = [...lines];
    this.#order.addReplay(group);
    return group;
  }

  /**
   * Takes the lines of one cause back in after a restart, in order of acceptance, once all sealed batches are. `batches[i]` is the one that line i was
   * sealed in; a line without one was open or held, and is grouped anew. What a restored batch waits for is found again from its lines.
   *
   * @throws BatcherError as `add` for lines that are grouped anew; then none of the lines is in.
   */
  restoreCause(
    lines: readonly L[],
    batches: readonly (Batch<L> | undefined)[],
    at: number,
    cause?: number,
  ): readonly Batch<L>[] {
    lines.forEach((line, index) => {
      const fault = batches[index] === undefined ? this.fault(line) : undefined;
      if (fault !== undefined) throw fault;
    });
    if (at > this.#time) this.#time = at;
    lines.forEach((line, index) => {
      const group = batches[index] as Group<L> | undefined;
      if (group !== undefined) {
        group.lines.push(line);
        if (line.subject !== undefined) this.#order.restore(group, line.subject, at, cause);
      } else if (line.subject === undefined) this.#place(line, at, false, at);
      else this.#order.take([line], line.subject, at, cause);
    });
    return this.#end(at);
  }

  // ── inside ────────────────────────────────────────────────────────────────────────────────────

  #place(line: L, at: number, express: boolean, now: number): Group<L> {
    const open = express ? this.#express : this.#groups;
    let group = open.get(line.key);
    if (group !== undefined) {
      const { policy } = group;
      const bytes = line.bytes + (policy.separatorBytes ?? 0);
      if (group.bytes + bytes <= policy.maxBytes) {
        group.lines.push(line);
        group.bytes += bytes;
        this.#openLines += 1;
        this.#openBytes += bytes;
        if (now > at) this.#joinHeld(group, at);
        if (group.lines.length >= policy.maxLines) this.#seal(group, 'lines');
        return group;
      }
      this.#seal(group, 'bytes');
    }
    const policy = group?.policy ?? this.#policyOf(line.key);
    const bytes = (policy.envelopeBytes ?? 0) + line.bytes;
    group = new Group(line.key, policy, [line], bytes, now, express);
    open.set(line.key, group);
    this.#openLines += 1;
    this.#openBytes += bytes;
    if (!express) this.#ages.push(group);
    if (now > at) this.#joinHeld(group, at);
    if (policy.maxLines === 1) this.#seal(group, 'lines');
    return group;
  }

  /** A line that was held keeps its age: its group is sealed early for it. */
  #joinHeld(group: Group<L>, at: number): void {
    if (at >= group.oldestAt) return;
    group.oldestAt = at;
    if (!group.express) this.#early.add(group);
  }

  #seal(group: Group<L>, reason: SealReason): void {
    this.#close(group);
    this.#stamp(group, reason);
    this.#sealed.push(group);
    this.#order.sealed(group);
    if (reason === 'order') this.#early.sealed(group, this.#time);
  }

  #close(group: Group<L>): void {
    if (group.express) {
      this.#express.delete(group.key);
      this.#pace.sealed(group, this.#time);
    } else {
      this.#groups.delete(group.key);
      this.#ages.remove(group);
      this.#early.remove(group);
    }
    this.#openLines -= group.lines.length;
    this.#openBytes -= group.bytes;
  }

  #stamp(group: Group<L>, reason: SealReason): Group<L> {
    group.reason = reason;
    this.#sequence += 1;
    group.sequence = this.#sequence;
    this.#pace.stamped(group);
    return group;
  }

  /** Seals a group that is over its policy as several batches within it. */
  #cut(group: Group<L>): void {
    this.#close(group);
    const pieces = cutLines(group.lines, group.policy).map((lines) => {
      const { key, policy, openedAt, express, oldestAt } = group;
      const piece = new Group(key, policy, lines, bodyBytes(lines, policy), openedAt, express);
      piece.oldestAt = oldestAt;
      this.#sealed.push(piece);
      return this.#stamp(piece, 'reconfigured');
    });
    // The whole is over for those that hold it: it is open no more, and its pieces stand for it.
    group.reason = 'reconfigured';
    this.#order.replace(group, pieces);
    this.#order.sealed(group);
  }

  /** Lets go what the seals of this call set free, and returns what it sealed. */
  #end(now: number): readonly Batch<L>[] {
    if (this.#sealed.length === 0) return NONE;
    this.#order.run(now);
    const sealed = this.#sealed;
    this.#sealed = [];
    return sealed;
  }
}

const NONE: readonly never[] = Object.freeze([]);

function fillOf<L extends BatchLine>({ lines, bytes, policy }: Group<L>): number {
  return Math.max(lines.length / policy.maxLines, bytes / policy.maxBytes);
}

function resolver(policy: BatcherOptions['policy']): (key: string) => Policy {
  if (typeof policy !== 'function') {
    checkPolicy(policy);
    return () => policy;
  }
  // A policy object is checked once, however many groups share it.
  const checked = new WeakSet<Policy>();
  return (key) => {
    const resolved = policy(key);
    if (!checked.has(resolved)) checked.add(checkPolicy(resolved));
    return resolved;
  };
}

function lineFault(line: Pick<BatchLine, 'bytes'>, policy: Policy): BatcherError | undefined {
  if (!(line.bytes >= 0) || line.bytes % 1 !== 0) {
    return new BatcherError(
      'LINE_INVALID',
      `A line's bytes must be a whole number from 0 up, not ${String(line.bytes)}.`,
    );
  }
  const envelope = policy.envelopeBytes ?? 0;
  if (line.bytes + envelope <= policy.maxBytes) return undefined;
  return new BatcherError(
    'LINE_TOO_LARGE',
    `A line of ${line.bytes} bytes cannot fit a batch of at most ${policy.maxBytes} bytes with an envelope of ${envelope}. Shorten the line or raise maxBytes.`,
  );
}
