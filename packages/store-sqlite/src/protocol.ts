/**
 * What the store asks of its worker thread, and what comes back. Everything is cheap to clone: flat
 * arrays and few strings.
 */
import type { StoreFault } from './store-fault.ts';
import type { Tuning } from './tuning.ts';

export interface OpenRequest {
  readonly file: string;
  readonly lanes: number;
  readonly maxBytes: number | undefined;
  readonly tuning: Partial<Tuning> | undefined;
}

/**
 * A lane as its owner knows it; every call names the owner, so that an earlier one is told apart.
 */
export interface LaneRef {
  readonly lane: number;
  readonly owner: number;
}

/** One write to a lane. The texts of all entries stand behind one another, queue by queue. */
export interface WriteMessage extends LaneRef {
  /** Queues that are appended to, and how many entries each gets. */
  readonly queues: readonly string[];
  readonly counts: Uint32Array;
  /** UTF-8 bytes of each entry. */
  readonly lengths: Uint32Array;
  /** UTF-8; handed over, not copied. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly put: readonly (readonly [key: string, value: string | null])[];
  readonly over: readonly (readonly [queue: string, from: number, to: number])[];
  readonly remove: readonly string[];
}

/** Entries that were read. */
export interface EntriesMessage {
  /**
   * Runs of neighbouring entries under one token, three numbers each: first position, count, index
   * in `tokens`.
   */
  readonly runs: readonly number[];
  readonly tokens: readonly string[];
  /** UTF-8 bytes of each entry. */
  readonly lengths: Uint32Array;
  /** UTF-8; handed over, not copied. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** What an owner learns of its lane. `queues`: name, first, end, bytes. */
export interface OwnedLane extends LaneRef {
  readonly token: string;
  readonly queues: readonly (readonly [name: string, first: number, end: number, bytes: number])[];
}

/** Calls by name: what each takes and gives. */
export interface Calls {
  open: { takes: OpenRequest; gives: { id: string; lanes: number } };
  own: { takes: { lane: number }; gives: OwnedLane };
  release: { takes: LaneRef; gives: undefined };
  /** Positions of the first entries, in the order of `queues`. */
  write: { takes: WriteMessage; gives: readonly number[] };
  read: { takes: LaneRef & { queue: string; from: number; maxBytes: number }; gives: EntriesMessage };
  readAt: { takes: LaneRef & { queue: string; positions: readonly number[] }; gives: EntriesMessage };
  scan: {
    takes: LaneRef & { prefix: string; after: string | undefined; limit: number };
    gives: readonly (readonly [key: string, value: string])[];
  };
  get: { takes: LaneRef & { key: string }; gives: string | undefined };
  freeBytes: { takes: undefined; gives: number };
  integrity: { takes: undefined; gives: string[] };
  backup: { takes: { file: string }; gives: undefined };
  close: { takes: undefined; gives: undefined };
}

export type CallName = keyof Calls;

export interface RequestMessage<N extends CallName = CallName> {
  readonly id: number;
  readonly name: N;
  readonly args: Calls[N]['takes'];
}

export type AnswerMessage =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: StoreFault };
