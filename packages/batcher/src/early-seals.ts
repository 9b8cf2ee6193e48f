import type { BatchLine, Group } from './batch.ts';

/** Early seals of one key are at least this share of the maximum age apart. */
const SHARE = 4;

/**
 * Open groups with a line that was held: they are sealed early for that line's own age, but not too often for one key.
 *
 * They are few, and kept in a set. Times of the latest early seal are forgotten once they hold nothing up any more.
 */
export class EarlySeals<L extends BatchLine> {
  readonly #groups = new Set<Group<L>>();
  /** When a key was sealed early last, the oldest first; and until when that matters. */
  readonly #last = new Map<string, { readonly at: number; readonly until: number }>();
  #nextAt: number | undefined;

  /** When one of them may be due. */
  get nextAt(): number | undefined {
    if (this.#groups.size === 0) return undefined;
    this.#nextAt ??= this.#earliest();
    return this.#nextAt;
  }

  /** When the oldest held line in an open group was accepted. */
  get oldestAt(): number | undefined {
    let oldest: number | undefined;
    for (const group of this.#groups) if (oldest === undefined || group.oldestAt < oldest) oldest = group.oldestAt;
    return oldest;
  }

  /** A line that is older than the group joined it. */
  add(group: Group<L>): void {
    this.#groups.add(group);
    this.#nextAt = undefined;
  }

  remove(group: Group<L>): void {
    if (this.#groups.delete(group)) this.#nextAt = undefined;
  }

  /** A group was sealed early: the next of its key has to wait for a while. */
  sealed({ key, policy }: Group<L>, now: number): void {
    for (const [other, { until }] of this.#last) {
      if (until > now) break;
      this.#last.delete(other);
    }
    this.#last.delete(key);
    this.#last.set(key, { at: now, until: now + policy.maxAgeMs / SHARE });
    this.#nextAt = undefined;
  }

  /** When a group is sealed early; undefined when no held line is in it. */
  atOf(group: Group<L>): number | undefined {
    if (!this.#groups.has(group)) return undefined;
    return Math.max(group.oldestAt + group.policy.maxAgeMs, this.#last.get(group.key)?.until ?? 0);
  }

  /** A group that is due. */
  take(now: number): Group<L> | undefined {
    const { nextAt } = this;
    if (nextAt === undefined || nextAt > now) return undefined;
    for (const group of this.#groups) if ((this.atOf(group) ?? now) <= now) return group;
    return undefined;
  }

  /** Policies have changed. */
  reconfigure(groups: Iterable<Group<L>>): void {
    this.#groups.clear();
    for (const group of groups) if (group.oldestAt < group.openedAt) this.#groups.add(group);
    this.#nextAt = undefined;
  }

  #earliest(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const group of this.#groups) earliest = Math.min(earliest, this.atOf(group) ?? earliest);
    return earliest;
  }
}
