import type { BatchLine, Group } from './batch.ts';

/**
 * The end of some batches, as later ones wait for it: one object for all batches that hold lines of one cause, however many wait for them.
 *
 * It is over when each of its batches is settled. Batches that wait for it are told then, once.
 */
export class Wait<L extends BatchLine> {
  /** Settled ones may be among them. */
  groups: readonly Group<L>[];
  /** Batches that are not settled. */
  #pending = 0;
  #waiting: Group<L>[] | undefined = undefined;

  private constructor(groups: readonly Group<L>[]) {
    this.groups = groups;
    for (const group of groups) {
      if (group.settled) continue;
      this.#pending += 1;
      if (group.waits === undefined) group.waits = [this];
      else group.waits.push(this);
    }
  }

  /** The wait for some batches, each named once. Those for one or two are shared. */
  static for<L extends BatchLine>(groups: readonly Group<L>[]): Wait<L> | undefined {
    const [first, second] = groups;
    if (first === undefined) return undefined;
    if (second === undefined) {
      first.alone ??= new Wait(groups);
      return first.alone;
    }
    if (groups.length > 2) return new Wait(groups);
    if (first.pair?.groups[1] !== second) first.pair = new Wait(groups);
    return first.pair;
  }

  get isOver(): boolean {
    return this.#pending === 0;
  }

  /** Batches that wait. */
  get waiting(): readonly Group<L>[] {
    return this.#waiting ?? [];
  }

  /** Those that are not settled, without one of them. */
  without(group: Group<L> | undefined): Wait<L> | undefined {
    return Wait.for(this.groups.filter((one) => !one.settled && one !== group));
  }

  /** Has a batch wait. Twice is the same as once. */
  hold(group: Group<L>): void {
    if (this.isOver) return;
    group.after ??= new Set();
    if (group.after.has(this)) return;
    group.after.add(this);
    if (this.#waiting === undefined) this.#waiting = [group];
    else this.#waiting.push(group);
  }

  /** One of its batches is settled; the batches that waited for the last of them are added to `freed` when they wait for nothing else. */
  settled(freed: Group<L>[]): void {
    this.#pending -= 1;
    if (this.#pending > 0) return;
    for (const group of this.#waiting ?? []) {
      group.after?.delete(this);
      if (group.blocked) continue;
      group.after = undefined;
      if (!group.isOpen && !group.settled) freed.push(group);
    }
    this.#waiting = undefined;
  }

  /** One of its batches was cut into pieces: each of them counts. */
  replace(whole: Group<L>, pieces: readonly Group<L>[]): void {
    this.groups = this.groups.flatMap((group) => (group === whole ? pieces : [group]));
    this.#pending += pieces.length - 1;
    for (const piece of pieces) {
      if (piece.waits === undefined) piece.waits = [this];
      else piece.waits.push(this);
    }
  }

  /** A piece waits in the place of the whole. */
  handOn(whole: Group<L>, piece: Group<L>): void {
    this.#waiting = this.#waiting?.map((group) => (group === whole ? piece : group));
  }
}
