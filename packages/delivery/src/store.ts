/**
 * What the engine asks of a store. Small on purpose: an embedded database and a partitioned log can both give it.
 *
 * A log is split into lanes. A lane is an ordered sequence of entries, at positions 0, 1, 2 …, and a small keyed state.
 * All lines of one subject are in one lane, whatever their key. A lane has one owner at a time.
 */

/** One lane, owned. Its methods fail with `FENCED` once another owner has taken the lane. */
export interface Lane {
  readonly log: string;
  readonly lane: number;
  /** Entries below this position are never read again. */
  readonly lowWater: number;
  /** The position the next entry will get. */
  readonly end: number;
  /**
   * Entries from a position on, in order, up to about `maxBytes` of text (at least one entry when there is one).
   * Positions below the low-water mark may be missing.
   */
  read(from: number, maxBytes: number): Promise<readonly Entry[]>;
  /** State whose key starts with `prefix`, in key order, after the key `after`, at most `limit` of them. */
  scan(
    prefix: string,
    after: string | undefined,
    limit: number,
  ): Promise<readonly (readonly [key: string, value: string])[]>;
  /** One value of the state, or undefined. */
  get(key: string): Promise<string | undefined>;
}

/** One entry of a lane. */
export interface Entry {
  /** Place in the lane, from 0; dense. */
  readonly position: number;
  readonly text: string;
}

/** What to write to one lane. */
export interface LaneWrite {
  readonly lane: Lane;
  /** Entries to append, in order. */
  readonly append: readonly string[];
  /** State to put; null deletes. */
  readonly put: ReadonlyMap<string, string | null>;
  /** New low-water mark, when it moved. */
  readonly lowWater: number | undefined;
}

/** Where engines keep everything. A call fails with a `DeliveryError` of code `STORE_…` or `FENCED`. */
export interface Store {
  /** Random, fixed at the store's creation: makes batch ids unique across stores. */
  readonly id: string;
  /** Lanes of every log; fixed at the store's creation. */
  readonly lanes: number;
  /**
   * Whether one `write` is all or nothing. Today's engine needs that and refuses a store without it; what it takes to do
   * with an ordered prefix of the writes stands in `docs/partitioned-log.md`.
   */
  readonly atomic: boolean;
  /** Takes a lane over and fences its earlier owner. */
  own(log: string, lane: number): Promise<Lane>;
  /**
   * Writes to one or several lanes. Resolves once everything is durable, with the position of the first entry appended
   * to each lane, in the order of `writes`. Calls take effect in the order in which they were made.
   *
   * A call may be made before the one before it has resolved. Once a write has failed, the later ones to its lanes fail too,
   * until the lanes are owned anew: nothing may go in behind a gap.
   *
   * @throws DeliveryError `STORE_…` or `FENCED`; nothing of the call is then in force when the store is atomic.
   */
  write(writes: readonly LaneWrite[]): Promise<readonly number[]>;
  /** Finishes what was begun and lets go of the store. */
  close(): Promise<void>;
}
