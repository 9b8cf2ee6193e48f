/**
 * Grouping and flush policy, pure: time comes in as an argument, sealed batches come out as return values.
 *
 * States of a batch: open ──seal──▶ sealed ──settle──▶ settled. The batcher holds the open ones; the caller delivers
 * the sealed ones and says when each is settled (delivered, dead, or otherwise over).
 *
 * Invariants
 *  I1  A key has at most one open group; an idle key has none and costs nothing.
 *  I2  Every line added is in exactly one batch, in the order of adding within its key.
 *  I3  A sealed batch has 1 … maxLines lines, and its `bytes` is at most maxBytes. (Exception: a single line accepted
 *      under a wider policy; see `reconfigure`.)
 *  I4  A group's age counts from its first line. `due(now)` seals every group whose age has reached maxAgeMs.
 *  I5  Sealed batches of one key have ascending `sequence`, and the caller sends them in that order.
 *  I6  A line never overtakes an earlier unsettled line of its subject under another key: when it arrives, the open group
 *      that holds the earlier line is sealed (`order`), and the line's own batch names that batch in `after`.
 *  I7  `after` names sealed batches of lower `sequence` only, so waiting cannot form a cycle.
 *  I8  Time never runs backwards inside: a `now` smaller than one seen before counts as the one seen before.
 *
 * One class, long as it is: the invariants hold over all of its state together, and half of it is descriptions.
 *
 * Cost: adding is O(1): one map look-up, two with a subject. Sealing is O(1); settling is O(lines) with subjects.
 */
import { AgeLists } from './age-lists.ts';
import type { Batch, BatchLine, Group, SealReason } from './batch.ts';
import { BatcherError } from './batcher-error.ts';
import { checkPolicy, type Policy } from './policy.ts';

const NONE: readonly never[] = Object.freeze([]);

/** What a batcher is made with. */
export interface BatcherOptions {
  /** Resolves the policy of a group when it opens, and again on `reconfigure`. A constant policy may be given as such. */
  readonly policy: Policy | ((key: string) => Policy);
}

/**
 * Groups lines by key and seals groups into batches. Times are the caller's milliseconds, of any origin, the same for all calls.
 * The invariants stand at the top of its file.
 */
export class Batcher<L extends BatchLine> {
  #policyOf: (key: string) => Policy;
  readonly #groups = new Map<string, Group<L>>();
  /** The latest unsettled batch, open or sealed, that holds a line of the subject. */
  readonly #subjects = new Map<string, Group<L>>();
  readonly #ages = new AgeLists<L>();
  #sequence = 0;
  #now = Number.NEGATIVE_INFINITY;
  #openLines = 0;
  #openBytes = 0;

  /** @throws BatcherError `POLICY_INVALID` for a constant policy out of bounds. */
  constructor(options: BatcherOptions) {
    this.#policyOf = resolver(options.policy);
  }

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

  /** When the next group falls due, in the caller's milliseconds; undefined when nothing is open. */
  get nextDueAt(): number | undefined {
    const group = this.#ages.nextDue();
    return group === undefined ? undefined : group.openedAt + group.policy.maxAgeMs;
  }

  /** When the oldest open line was added; undefined when nothing is open. */
  get oldestOpenedAt(): number | undefined {
    return this.#ages.oldest()?.openedAt;
  }

  /**
   * What `add` would throw for a line of this key and size, or undefined.
   *
   * @throws BatcherError `POLICY_INVALID` when the key resolves to an impossible policy.
   */
  fault(line: L): BatcherError | undefined {
    const policy = this.#groups.get(line.key)?.policy ?? this.#policyOf(line.key);
    return lineFault(line, policy);
  }

  /** The open group of a key, to look at. */
  peek(key: string): Batch<L> | undefined {
    return this.#groups.get(key);
  }

  /** All open groups, to look at. */
  openGroups(): Iterable<Batch<L>> {
    return this.#groups.values();
  }

  /** The key of the open group with a line like this; looks at every open line. */
  keyOf(matches: (line: L) => boolean): string | undefined {
    for (const [key, { lines }] of this.#groups) if (lines.some(matches)) return key;
    return undefined;
  }

  /**
   * Takes a line in and returns the batches this sealed, in order of sealing: usually none.
   *
   * @throws BatcherError `LINE_TOO_LARGE` when it cannot fit a batch alone, `LINE_INVALID` when `bytes` is no whole number,
   *   `POLICY_INVALID` when the key resolves to an impossible policy. The line is then not in, and nothing has changed.
   */
  add(line: L, now: number): readonly Batch<L>[] {
    let group = this.#groups.get(line.key);
    const policy = group === undefined ? this.#policyOf(line.key) : group.policy;
    const fault = lineFault(line, policy);
    if (fault !== undefined) throw fault;
    if (now > this.#now) this.#now = now;

    let sealed: Group<L>[] | undefined;
    const earlier = line.subject === undefined ? undefined : this.#subjects.get(line.subject);
    const overtaken = earlier !== undefined && earlier.key !== line.key ? earlier : undefined;
    if (overtaken !== undefined && overtaken.reason === undefined) sealed = [this.#seal(overtaken, 'order')];

    if (group === undefined) group = this.#open(line, policy);
    else {
      const bytes = line.bytes + (policy.separatorBytes ?? 0);
      if (group.bytes + bytes > policy.maxBytes) {
        sealed = append(sealed, this.#seal(group, 'bytes'));
        group = this.#open(line, policy);
      } else {
        group.lines.push(line);
        group.bytes += bytes;
        this.#openLines += 1;
        this.#openBytes += bytes;
      }
    }
    if (overtaken !== undefined) {
      group.after ??= new Set();
      group.after.add(overtaken);
    }
    if (line.subject !== undefined && earlier !== group) this.#subjects.set(line.subject, group);
    if (group.lines.length >= policy.maxLines) sealed = append(sealed, this.#seal(group, 'lines'));
    return sealed ?? NONE;
  }

  /** Seals every group whose oldest line has reached its maximum age. */
  due(now: number): readonly Batch<L>[] {
    if (now > this.#now) this.#now = now;
    let sealed: Group<L>[] | undefined;
    for (let group = this.#ages.nextDue(); group !== undefined; group = this.#ages.nextDue()) {
      if (group.openedAt + group.policy.maxAgeMs > this.#now) break;
      sealed = append(sealed, this.#seal(group, 'age'));
    }
    return sealed ?? NONE;
  }

  /** Seals everything that is open, oldest group first. */
  drain(): readonly Batch<L>[] {
    return [...this.#groups.values()].map((group) => this.#seal(group, 'drain'));
  }

  /** Seals the oldest open group to win back memory; undefined when nothing is open. */
  sealOldest(): Batch<L> | undefined {
    const group = this.#ages.oldest();
    return group === undefined ? undefined : this.#seal(group, 'budget');
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
    const open = [...this.#groups.values()];
    const policies = open.map((group) => policyOf(group.key));
    this.#policyOf = policyOf;
    this.#ages.clear();
    const sealed: Group<L>[] = [];
    open.forEach((group, index) => {
      group.older = undefined;
      group.newer = undefined;
      const changed = policies[index] as Policy;
      const bytes = bodyBytes(group.lines, changed);
      this.#openBytes += bytes - group.bytes;
      group.policy = changed;
      group.bytes = bytes;
      this.#ages.push(group);
      if (group.lines.length >= changed.maxLines || bytes > changed.maxBytes) sealed.push(...this.#cut(group));
    });
    return sealed;
  }

  /** Takes note that a sealed batch is over, so that later lines of its subjects need not wait for it. */
  settle(batch: Batch<L>): void {
    const group = batch as Group<L>;
    if (group.settled) return;
    group.settled = true;
    for (const { subject } of group.lines) {
      if (subject !== undefined && this.#subjects.get(subject) === group) this.#subjects.delete(subject);
    }
  }

  /**
   * Takes a sealed, unsettled batch back in after a restart, still without its lines. Batches come back in the order in which
   * they were sealed, and then all lines, sealed (`restoreLine`) and open (`add`), in the order in which they were accepted:
   * then every later line waits for the batches it waited for before.
   */
  restore(
    batch: Pick<Batch<L>, 'key' | 'openedAt' | 'bytes'> & { reason: SealReason; after: readonly Batch<L>[] },
  ): Batch<L> {
    const group = newGroup<L>(batch.key, this.#policyOf(batch.key), [], batch.bytes, batch.openedAt);
    if (batch.after.length > 0) group.after = new Set(batch.after as readonly Group<L>[]);
    return this.#stamp(group, batch.reason);
  }

  /** Gives a restored batch its next line. */
  restoreLine(batch: Batch<L>, line: L): void {
    (batch as Group<L>).lines.push(line);
    if (line.subject !== undefined) this.#subjects.set(line.subject, batch as Group<L>);
  }

  #open(line: L, policy: Policy): Group<L> {
    const bytes = (policy.envelopeBytes ?? 0) + line.bytes;
    const group = newGroup(line.key, policy, [line], bytes, this.#now);
    this.#groups.set(line.key, group);
    this.#ages.push(group);
    this.#openLines += 1;
    this.#openBytes += bytes;
    return group;
  }

  #seal(group: Group<L>, reason: SealReason): Group<L> {
    this.#close(group);
    return this.#stamp(group, reason);
  }

  #close(group: Group<L>): void {
    this.#groups.delete(group.key);
    this.#ages.remove(group);
    this.#openLines -= group.lines.length;
    this.#openBytes -= group.bytes;
  }

  #stamp(group: Group<L>, reason: SealReason): Group<L> {
    group.reason = reason;
    this.#sequence += 1;
    group.sequence = this.#sequence;
    return group;
  }

  /** Seals a group that is over its policy as several batches within it. */
  #cut(group: Group<L>): Group<L>[] {
    this.#close(group);
    return cutLines(group.lines, group.policy).map((lines, index) => {
      const piece = newGroup(group.key, group.policy, lines, bodyBytes(lines, group.policy), group.openedAt);
      // The pieces follow one another within their key, so the first waiting is all of them waiting.
      if (index === 0) piece.after = group.after;
      // An open group holds the latest line of each of its subjects: a later one under another key would have sealed it.
      for (const { subject } of lines) if (subject !== undefined) this.#subjects.set(subject, piece);
      return this.#stamp(piece, 'reconfigured');
    });
  }
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

function newGroup<L extends BatchLine>(
  key: string,
  policy: Policy,
  lines: L[],
  bytes: number,
  openedAt: number,
): Group<L> {
  // What `add` touches comes first: it shares the cache line with the object's header.
  return {
    lines,
    bytes,
    policy,
    key,
    openedAt,
    reason: undefined,
    sequence: 0,
    after: undefined,
    settled: false,
    older: undefined,
    newer: undefined,
  };
}

function cutLines<L extends BatchLine>(lines: readonly L[], policy: Policy): L[][] {
  const pieces: L[][] = [];
  let piece: L[] = [];
  let bytes = policy.envelopeBytes ?? 0;
  for (const line of lines) {
    const added = line.bytes + (piece.length === 0 ? 0 : (policy.separatorBytes ?? 0));
    if (piece.length > 0 && (piece.length >= policy.maxLines || bytes + added > policy.maxBytes)) {
      pieces.push(piece);
      piece = [line];
      bytes = (policy.envelopeBytes ?? 0) + line.bytes;
    } else {
      piece.push(line);
      bytes += added;
    }
  }
  pieces.push(piece);
  return pieces;
}

function bodyBytes(lines: readonly BatchLine[], policy: Policy): number {
  let bytes = (policy.envelopeBytes ?? 0) + (lines.length - 1) * (policy.separatorBytes ?? 0);
  for (const line of lines) bytes += line.bytes;
  return bytes;
}

function append<T>(list: T[] | undefined, item: T): T[] {
  if (list === undefined) return [item];
  list.push(item);
  return list;
}

function lineFault(line: BatchLine, policy: Policy): BatcherError | undefined {
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
