import type { Store } from '../store.ts';
import { LaneWriter } from './lane-writer.ts';

interface Hold {
  readonly writer: Promise<LaneWriter>;
  users: number;
}

/**
 * The lanes that engines of this process own in a store: engines on one lane share it, and its
 * writer.
 */
export class LaneHolds {
  static readonly #holds = new WeakMap<Store, LaneHolds>();

  /** The holds of a store. */
  static of(store: Store): LaneHolds {
    let holds = LaneHolds.#holds.get(store);
    if (holds === undefined) {
      holds = new LaneHolds(store);
      LaneHolds.#holds.set(store, holds);
    }
    return holds;
  }

  readonly #store: Store;
  readonly #lanes = new Map<number, Hold>();

  private constructor(store: Store) {
    this.#store = store;
  }

  /** Takes a lane, or shares it when an engine here has it. */
  async take(lane: number): Promise<LaneWriter> {
    let hold = this.#lanes.get(lane);
    if (hold === undefined) {
      hold = { writer: this.#store.own(lane).then((owned) => new LaneWriter(this.#store, owned)), users: 0 };
      this.#lanes.set(lane, hold);
    }
    hold.users += 1;
    try {
      return await hold.writer;
    } catch (error) {
      this.#lanes.delete(lane);
      throw error;
    }
  }

  /** Lets go of a lane; with its last user it is given back to the store. */
  async letGo(lane: number): Promise<void> {
    const hold = this.#lanes.get(lane);
    if (hold === undefined) return;
    hold.users -= 1;
    if (hold.users > 0) return;
    this.#lanes.delete(lane);
    const { lane: owned } = await hold.writer;
    // A lane that was lost, or whose store failed, has nothing left to give back.
    await this.#store.release(owned).catch(() => {});
  }
}
