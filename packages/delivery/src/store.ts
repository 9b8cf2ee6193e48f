/**
 * What the engine asks of a store. It is small on purpose: an embedded database, a server and a
 * partitioned log can all give it.
 *
 * A store has a fixed number of *lanes*. A lane is what one process owns, and it is fenced as one.
 * It holds *queues* and a small keyed state. A queue holds the entries of one destination at
 * positions 0, 1, 2 …, and is read from any position, alone. Grouping, order, retries and dead
 * letters are the engine's and are no matter of a store.
 */

/** One lane, owned. Its methods fail with `FENCED` once another owner has taken the lane. */
export interface Lane {
  /** From 0 to below the store's `lanes`. */
  readonly number: number;
  /**
   * The batch token: random, drawn each time the lane is taken, at least 60 bits as lower-case
   * letters and digits. Never a counter: counters go back when a database is restored.
   */
  readonly token: string;
  /** The lane's queues as they were when it was taken, by name. */
  readonly queues: ReadonlyMap<string, QueueExtent>;
  /**
   * Entries of a queue from a position on, in order, up to about `maxBytes` of text (at least one
   * entry when there is one). Entries that are over may be missing.
   *
   * @throws DeliveryError `STORE_CORRUPT` for a damaged entry, naming lane, queue and position.
   */
  read(queue: string, from: number, maxBytes: number): Promise<readonly Entry[]>;
  /**
   * The entries at these positions, which ascend and are not over, in their order.
   *
   * @throws DeliveryError `STORE_CORRUPT` when one is missing or damaged, naming lane, queue and
   * position.
   */
  readAt(queue: string, positions: readonly number[]): Promise<readonly Entry[]>;
  /**
   * State whose key starts with `prefix`, in key order, after the key `after`, at most `limit` of
   * them.
   */
  scan(
    prefix: string,
    after: string | undefined,
    limit: number,
  ): Promise<readonly (readonly [key: string, value: string])[]>;
  /** One value of the state, or undefined. */
  get(key: string): Promise<string | undefined>;
}

/**
 * What there is of a queue. Its counts are kept by the store, so that taking a lane reads no
 * entries.
 */
export interface QueueExtent {
  /** Every entry below this position is over. */
  readonly first: number;
  /** The position the next entry will get: as many entries as were ever appended. */
  readonly end: number;
  /** UTF-8 bytes of all entries ever appended. */
  readonly bytes: number;
}

/** One entry of a queue. */
export interface Entry {
  /** Place in the queue, from 0; dense. */
  readonly position: number;
  readonly text: string;
  /** The batch token under which it was appended. */
  readonly token: string;
}

/** Neighbouring entries of one queue: `from` to below `to`. */
export interface EntryRange {
  readonly queue: string;
  readonly from: number;
  readonly to: number;
}

/** One write to a lane. All of it takes effect, or nothing. */
export interface LaneWrite {
  /**
   * Entries to append, in order; a queue that is not there begins with them. A queue stands here
   * once at most.
   */
  readonly append: readonly { readonly queue: string; readonly entries: readonly string[] }[];
  /** State to put; null deletes. */
  readonly put: ReadonlyMap<string, string | null>;
  /**
   * Entries that will not be read again. The engine names each entry once; the store gives their
   * room back in slices, beside its other work, and keeps at most about as much garbage as it keeps
   * live entries, whichever queues share its rows.
   */
  readonly over: readonly EntryRange[];
  /**
   * Queues to remove with everything in them. A queue of that name that is appended to later begins
   * at position 0 again.
   */
  readonly remove: readonly string[];
}

/**
 * Where engines keep everything. A call fails with a `DeliveryError` of code `STORE_…` or `FENCED`.
 */
export interface Store {
  /** Random, fixed at the store's creation. */
  readonly id: string;
  /** Number of lanes; fixed at the store's creation. */
  readonly lanes: number;
  /**
   * UTF-8 bytes of entries and state in one write, at most. Larger ones are refused with `INVALID`.
   */
  readonly maxWriteBytes: number;
  /** Takes a lane over and fences its earlier owner. */
  own(lane: number): Promise<Lane>;
  /** Gives a lane back: the next owner need not wait for this one. */
  release(lane: Lane): Promise<void>;
  /**
   * Writes to one lane. Resolves once everything is durable, with the position of the first entry
   * appended to each queue, in the order of `append`. Calls for one lane take effect in the order
   * in which they were made.
   *
   * A call may be made before the one before it has resolved. Once a write has failed, the later
   * ones to its lane fail too, until the lane is owned anew: nothing may go in behind a gap. Other
   * lanes go on.
   *
   * @throws DeliveryError `STORE_…` or `FENCED`; nothing of the call is then in force.
   */
  write(lane: Lane, write: LaneWrite): Promise<readonly number[]>;
  /** Finishes what was begun and lets go of the store. */
  close(): Promise<void>;
}
