import type { BatchLine } from './batch.ts';
import type { Group } from './group.ts';
import { Heap } from './heap.ts';
import { KeyRests } from './key-rests.ts';

/** Express batches of one key are at least this share of the maximum age apart. */
const REST_SHARE = 30;

/**
 * Open express groups, at most one for each key, and their pace: one is sealed some while after the
 * last one of its key, and only when no batch of the key is unsettled. So subjects that change all
 * the time make small batches, but not more of them than their key can bear.
 */
export class ExpressGroups<L extends BatchLine> {
  readonly #open = new Map<string, Group<L>>();
  /** Those that wait for nothing but their time. */
  readonly #ready = new Heap<Group<L>>();
  /** Unsettled batches of each key that has some. */
  readonly #unsettled = new Map<string, number>();
  readonly #rests = new KeyRests();

  get size(): number {
    return this.#open.size;
  }

  get(key: string): Group<L> | undefined {
    return this.#open.get(key);
  }

  values(): IterableIterator<Group<L>> {
    return this.#open.values();
  }

  /** When the first of them is due, as far as that is a matter of time. */
  get nextAt(): number | undefined {
    return this.#ready.firstRank;
  }

  /** When a group may be sealed, unsettled batches of its key aside. */
  atOf({ key, openedAt }: Group<L>): number {
    return this.#rests.endOf(key) ?? openedAt;
  }

  /** The first group that is due. */
  due(now: number): Group<L> | undefined {
    const { firstRank } = this.#ready;
    return firstRank !== undefined && firstRank <= now ? this.#ready.first : undefined;
  }

  opened(group: Group<L>): void {
    this.#open.set(group.key, group);
    if (!this.#unsettled.has(group.key)) this.#ready.set(group, this.atOf(group));
  }

  /** A group is sealed: its key rests. */
  closed(group: Group<L>, now: number): void {
    const { key, policy } = group;
    this.#open.delete(key);
    this.#ready.delete(group);
    this.#rests.begin(key, policy.maxAgeMs / REST_SHARE, now);
  }

  /** A batch of a key, of either kind, is sealed and unsettled from now on. */
  batchSealed(key: string): void {
    const unsettled = this.#unsettled.get(key) ?? 0;
    this.#unsettled.set(key, unsettled + 1);
    const group = unsettled === 0 ? this.#open.get(key) : undefined;
    if (group !== undefined) this.#ready.delete(group);
  }

  batchSettled(key: string): void {
    const left = (this.#unsettled.get(key) ?? 1) - 1;
    if (left > 0) {
      this.#unsettled.set(key, left);
      return;
    }
    this.#unsettled.delete(key);
    const group = this.#open.get(key);
    if (group !== undefined) this.#ready.set(group, this.atOf(group));
  }

  forget(now: number): void {
    this.#rests.forget(now);
  }
}
