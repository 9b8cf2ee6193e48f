/**
 * Grouping and sealing: which group a line joins, and when a group is full.
 *
 * A key has at most one ordinary group, and at most one express group beside it. Sealed groups are
 * collected in `sealed` until the call that sealed them returns.
 */
import { AgeLists } from './age-lists.ts';
import type { BatchLine, SealReason } from './batch.ts';
import { bodyBytes, cutLines } from './cut-lines.ts';
import { EarlySeals } from './early-seals.ts';
import { ExpressGroups } from './express-groups.ts';
import { Group, Links } from './group.ts';
import type { Policy } from './policy.ts';
import type { PolicyOf } from './policy-resolver.ts';
import { Wait } from './wait.ts';

export class OpenGroups<L extends BatchLine> {
  readonly ordinary = new Map<string, Group<L>>();
  readonly express = new ExpressGroups<L>();
  readonly ages = new AgeLists<L>();
  readonly early = new EarlySeals<L>();
  /** What the current call has sealed, in order. */
  sealed: Group<L>[] = [];
  policyOf: PolicyOf;
  lines = 0;
  bytes = 0;
  sequence = 0;
  /** The caller's time, as far as it was told. */
  time = Number.NEGATIVE_INFINITY;

  constructor(policyOf: PolicyOf) {
    this.policyOf = policyOf;
  }

  /** Open groups of both kinds. */
  all(): Group<L>[] {
    return [...this.ordinary.values(), ...this.express.values()];
  }

  /** The policy that a line of a key falls under. */
  policyFor(key: string): Policy {
    return this.ordinary.get(key)?.policy ?? this.policyOf(key);
  }

  /** When an open group is sealed by the age rules at the latest, as things stand. */
  dueAtOf(group: Group<L>): number {
    if (group.express) return this.express.atOf(group);
    const natural = group.openedAt + group.policy.maxAgeMs;
    return Math.min(natural, this.early.atOf(group) ?? natural);
  }

  // ── placing ───────────────────────────────────────────────────────────────────────────────────

  /** Places a line that was not held. `group` is the ordinary group of its key. */
  place(line: L, at: number, group = this.ordinary.get(line.key)): Group<L> {
    if (group !== undefined && this.#join(group, line)) {
      // Lines of a backlog are older than a group that a held line opened meanwhile.
      if (at < group.openedAt) this.#ageBy(group, at);
      return group;
    }
    return this.#openWith(line, at, false, group?.policy);
  }

  /** Places a line that was held: it keeps its age, but does not count for `openedAt`. */
  placeHeld(line: L, at: number, express: boolean): Group<L> {
    let group = express ? this.express.get(line.key) : this.ordinary.get(line.key);
    if (group === undefined || !this.#join(group, line)) {
      group = this.#openWith(line, Math.max(at, this.time), express, group?.policy);
    }
    if (at < group.oldestAt) {
      group.heldSince = at;
      if (!express && group.isOpen) this.early.update(group);
    }
    return group;
  }

  /** Adds a line to an open group. Without room by bytes the group is sealed instead. */
  #join(group: Group<L>, line: L): boolean {
    const { policy } = group;
    const bytes = line.bytes + (policy.separatorBytes ?? 0);
    if (group.bytes + bytes > policy.maxBytes) {
      this.seal(group, 'bytes');
      return false;
    }
    group.bytes += bytes;
    this.lines += 1;
    this.bytes += bytes;
    if (group.lines.push(line) >= policy.maxLines) this.seal(group, 'lines');
    return true;
  }

  /** Opens a group. `policy` is that of the group before it, which was just sealed. */
  #openWith(line: L, openedAt: number, express: boolean, policy = this.policyOf(line.key)): Group<L> {
    const bytes = (policy.envelopeBytes ?? 0) + line.bytes;
    const group = new Group(line.key, policy, [line], bytes, openedAt, express);
    this.lines += 1;
    this.bytes += bytes;
    if (express) this.express.opened(group);
    else {
      this.ordinary.set(line.key, group);
      this.ages.push(group);
    }
    if (policy.maxLines === 1) this.seal(group, 'lines');
    return group;
  }

  #ageBy(group: Group<L>, openedAt: number): void {
    if (group.isOpen) this.ages.remove(group);
    group.openedAt = openedAt;
    if (group.isOpen) this.ages.push(group);
  }

  // ── sealing ───────────────────────────────────────────────────────────────────────────────────

  seal(group: Group<L>, reason: SealReason): void {
    this.#close(group);
    this.stamp(group, reason);
    this.sealed.push(group);
    if (reason === 'order' && !group.express) this.early.sealed(group, this.time);
  }

  #close(group: Group<L>): void {
    if (group.express) this.express.closed(group, this.time);
    else {
      this.ordinary.delete(group.key);
      this.ages.remove(group);
      this.early.closed(group);
    }
    this.lines -= group.lines.length;
    this.bytes -= group.bytes;
  }

  /** Makes a batch a sealed one. */
  stamp(group: Group<L>, reason: SealReason): void {
    group.reason = reason;
    this.sequence += 1;
    group.sequence = this.sequence;
    this.express.batchSealed(group.key);
  }

  /** Seals the groups that are due by the age rules; those of held lines that this sets free are for the next call. */
  sealDue(now: number): void {
    for (let group = this.ages.nextDue(); group !== undefined; group = this.ages.nextDue()) {
      if (group.openedAt + group.policy.maxAgeMs > now) break;
      this.seal(group, 'age');
    }
    for (let group = this.early.due(now); group !== undefined; group = this.early.due(now)) this.seal(group, 'order');
    for (let group = this.express.due(now); group !== undefined; group = this.express.due(now)) {
      this.seal(group, 'express');
    }
    this.early.forget(now);
    this.express.forget(now);
  }

  // ── a new policy ──────────────────────────────────────────────────────────────────────────────

  /** Puts policies in force for open groups. Those at or over a limit are sealed, cut where they are over it. */
  reconfigure(policyOf: PolicyOf): void {
    const open = this.all();
    const policies = open.map(({ key }) => policyOf(key));
    this.policyOf = policyOf;
    for (const [index, group] of open.entries()) this.#putUnder(group, policies[index] ?? group.policy);
    for (const group of open) {
      if (group.lines.length >= group.policy.maxLines || group.bytes > group.policy.maxBytes) this.#cut(group);
    }
  }

  #putUnder(group: Group<L>, policy: Policy): void {
    const bytes = bodyBytes(group.lines, policy);
    this.bytes += bytes - group.bytes;
    group.bytes = bytes;
    if (group.express) {
      group.policy = policy;
      return;
    }
    this.ages.remove(group);
    group.policy = policy;
    this.ages.push(group);
    this.early.update(group);
  }

  /**
   * Seals a group as several batches within its policy. The group itself becomes the last of them:
   * each waits for the one before it, so later lines that wait for the last wait for every piece.
   */
  #cut(group: Group<L>): void {
    this.#close(group);
    const whole = group.lines;
    const pieces = cutLines(whole, group.policy);
    let before: Group<L> | undefined;
    for (const [index, lines] of pieces.entries()) {
      const piece = index === pieces.length - 1 ? group : this.#pieceOf(group, lines);
      piece.lines = lines;
      piece.bytes = bodyBytes(lines, piece.policy);
      if (before === undefined) for (const wait of group.links?.after ?? []) wait.hold(piece);
      else Wait.forOne(before).hold(piece);
      this.stamp(piece, 'reconfigured');
      this.sealed.push(piece);
      before = piece;
    }
    if (pieces.length > 1 && group.links !== undefined) group.links.standsFor = whole;
  }

  #pieceOf(group: Group<L>, lines: L[]): Group<L> {
    const piece = new Group(group.key, group.policy, lines, 0, group.openedAt, group.express);
    piece.heldSince = group.heldSince;
    piece.links = new Links();
    return piece;
  }
}
