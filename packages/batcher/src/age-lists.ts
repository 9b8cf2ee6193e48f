import type { BatchLine } from './batch.ts';
import type { Group } from './group.ts';

/** Open groups of one maximum age, in the order of their age. */
interface AgeList<L extends BatchLine> {
  oldest: Group<L> | undefined;
  newest: Group<L> | undefined;
  /** The group that was put between others last: the next one belongs near it. */
  near: Group<L> | undefined;
}

/**
 * Open ordinary groups in the order in which they fall due.
 *
 * Groups open nearly in the order of time, so those of one maximum age fall due nearly in that
 * order: a doubly linked list for each distinct age inserts and removes in O(1), where a heap pays
 * O(log n) for every group. Lines of a backlog are older than the present, but in order among
 * themselves: their groups are put beside one another, too. Reading the earliest costs one look for
 * each distinct age.
 */
export class AgeLists<L extends BatchLine> {
  readonly #lists = new Map<number, AgeList<L>>();

  /** Adds a group; `openedAt` says where it belongs. */
  push(group: Group<L>): void {
    const age = group.policy.maxAgeMs;
    const list = this.#lists.get(age);
    if (list === undefined) {
      this.#lists.set(age, { oldest: group, newest: group, near: undefined });
      return;
    }
    const { newest } = list;
    if (newest !== undefined && newest.openedAt <= group.openedAt) {
      insertBehind(list, newest, group);
      return;
    }
    insertBehind(list, predecessor(list, group.openedAt), group);
    list.near = group;
  }

  remove(group: Group<L>): void {
    const age = group.policy.maxAgeMs;
    const list = this.#lists.get(age);
    if (list === undefined) return;
    if (list.near === group) list.near = group.older;
    if (group.older === undefined) list.oldest = group.newer;
    else group.older.newer = group.newer;
    if (group.newer === undefined) list.newest = group.older;
    else group.newer.older = group.older;
    group.older = undefined;
    group.newer = undefined;
    if (list.oldest === undefined) this.#lists.delete(age);
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

/** The newest group that is not newer than a time; undefined when all are. */
function predecessor<L extends BatchLine>(list: AgeList<L>, openedAt: number): Group<L> | undefined {
  let group = list.near ?? list.newest;
  while (group?.newer !== undefined && group.newer.openedAt <= openedAt) group = group.newer;
  while (group !== undefined && group.openedAt > openedAt) group = group.older;
  return group;
}

function insertBehind<L extends BatchLine>(list: AgeList<L>, older: Group<L> | undefined, group: Group<L>): void {
  const newer = older === undefined ? list.oldest : older.newer;
  group.older = older;
  group.newer = newer;
  if (older === undefined) list.oldest = group;
  else older.newer = group;
  if (newer === undefined) list.newest = group;
  else newer.older = group;
}
