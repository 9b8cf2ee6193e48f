/**
 * The end of some batches, as later ones wait for it: one object for what a cause left, however many
 * batches wait for it.
 *
 * States of a wait: pending ──last of its groups is over──▶ over. It is never pending again.
 *
 * Invariants
 *  W1  A wait with waiting batches gets no more groups.
 *  W2  A sealed batch waits for batches with a lower sequence only, so waiting forms no circle.
 *  W3  A batch that is settled while it is blocked is over only when what it waited for is over:
 *      later lines wait for it alone, and it stands for the earlier ones.
 */
import type { BatchLine } from './batch.ts';
import { type Group, Links } from './group.ts';

/** Beyond so many groups a tail that adds up is not shared, so that it can grow in place. */
const MOST_SHARED = 4;

export class Wait<L extends BatchLine> {
  /** Some of them may be over. */
  groups: Group<L>[];
  /** How many of them are not. */
  pending = 0;
  /** Batches that wait for the last of them. */
  waiting: Group<L>[] | undefined = undefined;
  readonly #grows: boolean;
  /** The groups before this index are sealed. */
  #open = 0;

  private constructor(groups: Group<L>[], grows: boolean) {
    this.groups = groups;
    this.#grows = grows;
    for (const group of groups) this.#add(group);
  }

  #add(group: Group<L>): void {
    const links = linksOf(group);
    this.pending += 1;
    if (links.waits === undefined) links.waits = [this];
    else links.waits.push(this);
  }

  /** The wait for one batch that is not over. */
  static forOne<L extends BatchLine>(group: Group<L>): Wait<L> {
    const links = linksOf(group);
    links.alone ??= new Wait([group], false);
    return links.alone;
  }

  /** The wait for some batches, each named once and not over. The array becomes its own. */
  static for<L extends BatchLine>(groups: Group<L>[]): Wait<L> | undefined {
    const [first] = groups;
    if (first === undefined) return undefined;
    if (groups.length === 1) return Wait.forOne(first);
    const links = linksOf(first);
    if (links.shared === undefined || !hasSameItems(links.shared.groups, groups))
      links.shared = new Wait(groups, false);
    return links.shared;
  }

  /** A wait for more batches than before. With `mayGrow` the wait itself may become that. */
  static sum<L extends BatchLine>(
    wait: Wait<L> | undefined,
    groups: readonly Group<L>[],
    mayGrow: boolean,
  ): Wait<L> | undefined {
    const unsettled = groups.filter((group) => !group.isOver);
    if (wait === undefined || wait.isOver) return Wait.for(unsettled);
    const more = without(unsettled, wait.groups);
    if (more.length === 0) return wait;
    if (mayGrow && wait.#grows && wait.waiting === undefined) {
      wait.#grow(more);
      return wait;
    }
    const all = [...liveGroups(wait), ...more];
    return all.length > MOST_SHARED ? new Wait(all, true) : Wait.for(all);
  }

  #grow(more: readonly Group<L>[]): void {
    if (this.groups.length > 2 * this.pending + MOST_SHARED) {
      this.groups = liveGroups(this);
      this.#open = 0;
    }
    for (const group of more) {
      this.groups.push(group);
      this.#add(group);
    }
  }

  get isOver(): boolean {
    return this.pending === 0;
  }

  /** The first of its groups that is open. */
  firstOpen(): Group<L> | undefined {
    const { groups } = this;
    let group = groups[this.#open];
    // A sealed group never opens again.
    while (group !== undefined && !group.isOpen) {
      this.#open += 1;
      group = groups[this.#open];
    }
    return group;
  }

  /** An open group other than the first open one. */
  secondOpen(): Group<L> | undefined {
    const first = this.firstOpen();
    if (first === undefined) return undefined;
    for (let index = this.#open + 1; index < this.groups.length; index += 1) {
      const group = this.groups[index];
      if (group?.isOpen) return group;
    }
    return undefined;
  }

  /** The wait for the others of its groups. */
  besides(group: Group<L>): Wait<L> | undefined {
    if (this.groups.length === 1) return undefined;
    return Wait.for(liveGroups(this).filter((one) => one !== group));
  }

  /** Has a batch wait. To ask twice is the same as once. */
  hold(group: Group<L>): void {
    if (this.pending === 0) return;
    const links = linksOf(group);
    links.after ??= new Set();
    if (links.after.has(this)) return;
    links.after.add(this);
    if (this.waiting === undefined) this.waiting = [group];
    else this.waiting.push(group);
  }

  /** Has a sealed batch wait for those of its groups that were sealed before it. Tells whether these are all but itself. */
  holdIfEarlier(group: Group<L>): boolean {
    const others = liveGroups(this).filter((one) => one !== group);
    const earlier = others.filter((one) => !one.isOpen && one.sequence < group.sequence);
    Wait.for(earlier)?.hold(group);
    return earlier.length === others.length;
  }
}

/**
 * A batch is over, or will be when what it waits for is. Returns the sealed batches that now wait for
 * nothing, and calls `onOver` for each batch that is over. It is a loop: chains of waits are as long
 * as a subject is busy.
 */
export function release<L extends BatchLine>(settled: Group<L>, onOver: (group: Group<L>) => void): Group<L>[] {
  const freed: Group<L>[] = [];
  if (settled.blocked) return freed;
  const over = [settled];
  for (let group = over.pop(); group !== undefined; group = over.pop()) {
    for (const wait of group.links?.waits ?? []) {
      wait.pending -= 1;
      if (wait.pending > 0) continue;
      for (const waiting of wait.waiting ?? []) {
        if (!endsWaiting(waiting, wait)) continue;
        if (waiting.settled) over.push(waiting);
        else if (!waiting.isOpen) freed.push(waiting);
      }
      wait.waiting = undefined;
    }
    onOver(group);
    group.links = undefined;
  }
  return freed.length < 2 ? freed : freed.sort((one, other) => one.sequence - other.sequence);
}

/** Takes a wait from a batch; tells whether that was the last. */
function endsWaiting<L extends BatchLine>({ links }: Group<L>, wait: Wait<L>): boolean {
  if (links?.after === undefined) return false;
  links.after.delete(wait);
  if (links.after.size > 0) return false;
  links.after = undefined;
  return true;
}

/** Groups of a wait that are not over. */
export function liveGroups<L extends BatchLine>(wait: Wait<L> | undefined): Group<L>[] {
  return wait === undefined || wait.isOver ? [] : wait.groups.filter((group) => !group.isOver);
}

/** A wait that is not over. */
export function pendingOf<L extends BatchLine>(wait: Wait<L> | undefined): Wait<L> | undefined {
  return wait === undefined || wait.pending === 0 ? undefined : wait;
}

function linksOf<L extends BatchLine>(group: Group<L>): Links<L> {
  group.links ??= new Links();
  return group.links;
}

/** Few items are looked for one by one: that needs no memory. */
const FEW = 8;

function without<T>(items: readonly T[], others: readonly T[]): T[] {
  if (items.length <= FEW) return items.filter((item) => !others.includes(item));
  const known = new Set(others);
  return items.filter((item) => !known.has(item));
}

function hasSameItems<T>(some: readonly T[], others: readonly T[]): boolean {
  return some.length === others.length && some.every((item, index) => item === others[index]);
}

/** Items without repetitions. */
export function distinct<T>(items: T[]): T[] {
  if (items.length < 2) return items;
  return items.length <= FEW ? items.filter((item, index) => items.indexOf(item) === index) : [...new Set(items)];
}
