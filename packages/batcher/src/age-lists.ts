import type { BatchLine, Group } from './batch.ts';

/**
 * Open groups in the order in which they fall due.
 *
 * Groups open nearly in time order, so those of one maximum age also fall due nearly in that order: a doubly linked list for each
 * distinct age gives O(1) insertion and removal where a heap would pay O(log n) for every group. Reading the earliest
 * costs one look per distinct age, of which a system has a handful.
 */
export class AgeLists<L extends BatchLine> {
  readonly #lists = new Map<number, { oldest: Group<L> | undefined; newest: Group<L> | undefined }>();

  /** Adds a group. Nearly always it is the newest; one that opened before others is put before them. */
  push(group: Group<L>): void {
    const age = group.policy.maxAgeMs;
    const list = this.#lists.get(age);
    if (list === undefined) {
      this.#lists.set(age, { oldest: group, newest: group });
      return;
    }
    let older = list.newest;
    while (older !== undefined && older.openedAt > group.openedAt) older = older.older;
    group.older = older;
    group.newer = older === undefined ? list.oldest : older.newer;
    if (older === undefined) list.oldest = group;
    else older.newer = group;
    if (group.newer === undefined) list.newest = group;
    else group.newer.older = group;
  }

  remove(group: Group<L>): void {
    const age = group.policy.maxAgeMs;
    const list = this.#lists.get(age);
    if (list === undefined) return;
    if (group.older === undefined) list.oldest = group.newer;
    else group.older.newer = group.newer;
    if (group.newer === undefined) list.newest = group.older;
    else group.newer.older = group.older;
    group.older = undefined;
    group.newer = undefined;
    if (list.oldest === undefined) this.#lists.delete(age);
  }

  clear(): void {
    this.#lists.clear();
  }

  /** The group whose maximum age ends first. */
  nextDue(): Group<L> | undefined {
    return this.#first((group) => group.openedAt + group.policy.maxAgeMs);
  }

  /** The group that opened first. */
  oldest(): Group<L> | undefined {
    return this.#first((group) => group.openedAt);
  }

  /** Groups that are due at a time, list by list. */
  *due(now: number): Generator<Group<L>> {
    for (const [age, { oldest }] of this.#lists) {
      for (let group = oldest; group !== undefined && group.openedAt + age <= now; group = group.newer) yield group;
    }
  }

  #first(rank: (group: Group<L>) => number): Group<L> | undefined {
    let first: Group<L> | undefined;
    for (const { oldest } of this.#lists.values()) {
      if (oldest !== undefined && (first === undefined || rank(oldest) < rank(first))) first = oldest;
    }
    return first;
  }
}
