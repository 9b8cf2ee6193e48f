import type { BatchLine, Group } from './batch.ts';

/** Express batches of one key are at least this share of the maximum age apart. */
const SHARE = 30;

/**
 * When express groups are sealed: some while after the last one of their key, and only when no batch of the key is unsettled. So users who change
 * all the time make small batches, but not more of them than their key can bear.
 */
export class ExpressPace<L extends BatchLine> {
  /** Unsettled batches by key. */
  readonly #unsettled = new Map<string, number>();
  /** Until when a key has to wait after its last express batch, the oldest first. */
  readonly #until = new Map<string, number>();

  /** A batch is sealed. */
  stamped({ key }: Group<L>): void {
    this.#unsettled.set(key, (this.#unsettled.get(key) ?? 0) + 1);
  }

  settled({ key }: Group<L>): void {
    const left = (this.#unsettled.get(key) ?? 1) - 1;
    if (left > 0) this.#unsettled.set(key, left);
    else this.#unsettled.delete(key);
  }

  /** An express group is sealed: the next of its key has to wait. */
  sealed({ key, policy }: Group<L>, now: number): void {
    for (const [other, until] of this.#until) {
      if (until > now) break;
      this.#until.delete(other);
    }
    this.#until.delete(key);
    this.#until.set(key, now + policy.maxAgeMs / SHARE);
  }

  /** When an express group may be sealed, but for unsettled batches of its key. */
  atOf({ key, openedAt }: Group<L>): number {
    return this.#until.get(key) ?? openedAt;
  }

  isDue(group: Group<L>, now: number): boolean {
    return !this.#unsettled.has(group.key) && this.atOf(group) <= now;
  }

  /** When the first of some groups may be sealed; those whose key has an unsettled batch are not a matter of time. */
  nextAt(groups: Iterable<Group<L>>): number {
    let next = Number.POSITIVE_INFINITY;
    for (const group of groups) if (!this.#unsettled.has(group.key)) next = Math.min(next, this.atOf(group));
    return next;
  }
}
