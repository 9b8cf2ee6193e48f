/**
 * The one writer to a store. Collects what several engines on that store want written, and writes it in one call while
 * the next collection fills: one disk flush for everything that came meanwhile. Several calls may be under way, so that the store
 * works on one while the callers of another get their answers and bring more. What is put in the same turn of the event loop
 * is in the same write, so a line handed from one engine to the next and the end of its cause are durable together.
 *
 * States: idle ──put──▶ gathering ──turn ends──▶ writing ──▶ idle or gathering; any failed write that cannot be repeated ──▶ broken.
 */

import { type Deferred, deferred } from './deferred.ts';
import { type DeliveryError, storeError } from './delivery-error.ts';
import type { DestinationState } from './destination.ts';
import type { HeldLine } from './line.ts';
import type { Lane, LaneWrite, Store } from './store.ts';

/** A lane's side of the journal. */
export interface JournalLane {
  readonly lane: Lane;
  /** Adds state that is worth writing once a write rather than once a change. */
  beforeWrite(part: Part): void;
  /** All of the part is durable, and its lines have their positions. */
  afterWrite(part: Part): void;
}

/** What one write holds for one lane. */
export interface Part {
  /** Lines to append; beside each its destination and the text of its entry. */
  readonly lines: HeldLine[];
  readonly destinations: DestinationState[];
  readonly entries: string[];
  readonly put: Map<string, string | null>;
  lowWater: number | undefined;
  /** Called once the part is durable, after its lines are admitted. */
  readonly callbacks: (() => void)[];
}

interface Gathering extends Deferred {
  readonly parts: Map<JournalLane, Part>;
}

/** Writes under way, whatever their size. */
const DEPTH = 2;
/** Lines worth a write of their own while others are still coming, and how many such may be under way: what waits at the store is one flush there. */
const EARLY_LINES = 64;
const EARLY_DEPTH = 4;

export class Journal {
  static readonly #journals = new WeakMap<Store, Journal>();

  /** The journal of a store: engines on one store share it. */
  static of(store: Store): Journal {
    let journal = Journal.#journals.get(store);
    if (journal === undefined) {
      journal = new Journal(store);
      Journal.#journals.set(store, journal);
    }
    return journal;
  }

  readonly #store: Store;
  #gathering: Gathering | undefined;
  /** Writes under way. */
  #writing = 0;
  /** The write that was begun last. */
  #latest: Promise<void> = Promise.resolve();
  /** State changes that are not complete yet and must not be written by halves. */
  #changing = 0;
  #scheduled = false;
  #broken: DeliveryError | undefined;
  readonly #onBroken = new Set<(error: DeliveryError) => void>();

  private constructor(store: Store) {
    this.#store = store;
  }

  /** Calls back when the store failed for good; nothing more will be written. Returns a function that ends this. */
  onBroken(callback: (error: DeliveryError) => void): () => void {
    this.#onBroken.add(callback);
    if (this.#broken !== undefined) callback(this.#broken);
    return () => this.#onBroken.delete(callback);
  }

  /** The lane's part of the next write. Changing it is a promise to the caller of `written`. */
  part(lane: JournalLane): Part {
    const { parts } = this.#gather();
    let part = parts.get(lane);
    if (part === undefined) {
      part = { lines: [], destinations: [], entries: [], put: new Map(), lowWater: undefined, callbacks: [] };
      parts.set(lane, part);
    }
    return part;
  }

  /** Resolves when everything gathered so far is durable. */
  written(): Promise<void> {
    return this.#gather().promise;
  }

  /**
   * Writes at once when the lane has gathered much, unless called in the midst of a change. Callers that are answered together come
   * back together; this parts them, so that the disk works for some while the others come.
   */
  hasGathered(lane: JournalLane): void {
    if (this.#writing >= EARLY_DEPTH || this.#changing > 0) return;
    const part = this.#gathering?.parts.get(lane);
    if (part !== undefined && part.lines.length >= EARLY_LINES) void this.#write();
  }

  /** Runs a change of several puts that belong in one write. */
  together(change: () => void): void {
    this.#changing += 1;
    try {
      change();
    } finally {
      this.#changing -= 1;
    }
  }

  #gather(): Gathering {
    if (this.#gathering !== undefined) return this.#gathering;
    this.#gathering = { parts: new Map(), ...deferred() };
    // A write nobody waits for must not end the process when it fails: `onBroken` tells of it.
    this.#gathering.promise.catch(() => {});
    this.#schedule();
    return this.#gathering;
  }

  #schedule(): void {
    if (this.#writing >= DEPTH || this.#scheduled || this.#gathering === undefined) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#writing < DEPTH) void this.#write();
    });
  }

  async #write(): Promise<void> {
    const gathering = this.#gathering;
    if (gathering === undefined) return;
    this.#gathering = undefined;
    if (this.#broken !== undefined) return gathering.reject(this.#broken);
    this.#writing += 1;
    const before = this.#latest;
    this.#latest = gathering.promise;
    const lanes = [...gathering.parts.entries()];
    for (const [lane, part] of lanes) lane.beforeWrite(part);
    try {
      // With nothing to write, whoever waits still waits for what was gathered before.
      const firsts =
        lanes.length === 0
          ? await before.then(() => [])
          : await this.#store.write(lanes.map(([lane, part]) => laneWrite(lane, part)));
      this.together(() => {
        lanes.forEach(([lane, part], index) => {
          let position = firsts[index] as number;
          for (const line of part.lines) line.position = position++;
          lane.afterWrite(part);
          for (const callback of part.callbacks) callback();
        });
      });
      gathering.resolve();
    } catch (error) {
      this.#break(storeError(error), gathering);
    }
    this.#writing -= 1;
    this.#schedule();
  }

  /**
   * After a failed write nobody knows here what the store holds, and later writes build on it: stop, and let a new engine
   * read the store's own truth.
   */
  #break(error: DeliveryError, gathering: Gathering): void {
    // Of two writes under way the second fails because the first did; the first one's error is the reason.
    const reason = this.#broken ?? error;
    gathering.reject(reason);
    if (this.#broken !== undefined) return;
    this.#broken = error;
    for (const callback of this.#onBroken) callback(error);
  }
}

function laneWrite(lane: JournalLane, part: Part): LaneWrite {
  return { lane: lane.lane, append: part.entries, put: part.put, lowWater: part.lowWater };
}
