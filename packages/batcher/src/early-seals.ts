import type { BatchLine } from './batch.ts';
import type { Group } from './group.ts';
import { Heap } from './heap.ts';
import { KeyRests } from './key-rests.ts';

/** Early seals of one key are at least this share of the maximum age apart. */
const REST_SHARE = 4;

/**
 * Open ordinary groups with a line that was held before they opened. Such a group is sealed early,
 * for the age of that line, but not too often for one key.
 */
export class EarlySeals<L extends BatchLine> {
  readonly #groups = new Heap<Group<L>>();
  readonly #rests = new KeyRests();

  /** When the first of them is due. */
  get nextAt(): number | undefined {
    return this.#groups.firstRank;
  }

  /** Acceptance of the oldest held line in an open group. Looks at each of them. */
  get oldestAt(): number | undefined {
    let oldest: number | undefined;
    for (const { oldestAt } of this.#groups.items) if (oldest === undefined || oldestAt < oldest) oldest = oldestAt;
    return oldest;
  }

  /** When a group is sealed early; undefined when no held line is in it. */
  atOf({ key, policy, heldSince }: Group<L>): number | undefined {
    if (heldSince === undefined) return undefined;
    return Math.max(heldSince + policy.maxAgeMs, this.#rests.endOf(key) ?? Number.NEGATIVE_INFINITY);
  }

  /** A group's held line, or its policy, is another one. */
  update(group: Group<L>): void {
    const at = this.atOf(group);
    if (at !== undefined) this.#groups.set(group, at);
  }

  closed(group: Group<L>): void {
    this.#groups.delete(group);
  }

  /** A group was sealed for a held line: its key rests. */
  sealed({ key, policy }: Group<L>, now: number): void {
    this.#rests.begin(key, policy.maxAgeMs / REST_SHARE, now);
  }

  /** The first group that is due. */
  due(now: number): Group<L> | undefined {
    const { firstRank } = this.#groups;
    return firstRank !== undefined && firstRank <= now ? this.#groups.first : undefined;
  }

  forget(now: number): void {
    this.#rests.forget(now);
  }
}
