/** What the store asks of its worker thread, and what comes back. Everything is cheap to clone: long strings and flat arrays. */

export interface OpenRequest {
  readonly file: string;
  readonly lanes: number;
  readonly maxBytes: number | undefined;
}

/** One lane's part of a write. The texts of all entries stand behind one another, so that a thousand lines cost one row. */
export interface PartMessage {
  readonly laneId: number;
  readonly epoch: number;
  /** UTF-8; handed over, not copied. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Length of each entry in `data`, in UTF-16 units. */
  readonly lengths: Uint32Array;
  readonly put: readonly (readonly [key: string, value: string | null])[];
  readonly lowWater: number | undefined;
}

/** Calls by name: what each takes and gives. */
export interface Calls {
  open: { takes: OpenRequest; gives: { id: string; lanes: number } };
  own: { takes: { log: string; lane: number }; gives: OwnedLane };
  /** All or nothing. */
  write: { takes: readonly PartMessage[]; gives: WriteResult };
  read: { takes: { laneId: number; from: number; maxBytes: number }; gives: readonly SegmentMessage[] };
  scan: {
    takes: { laneId: number; prefix: string; after: string | undefined; limit: number };
    gives: [string, string][];
  };
  get: { takes: { laneId: number; key: string }; gives: string | undefined };
  integrity: { takes: undefined; gives: string[] };
  backup: { takes: { file: string }; gives: undefined };
  close: { takes: undefined; gives: undefined };
}

export interface OwnedLane {
  readonly laneId: number;
  readonly epoch: number;
  readonly lowWater: number;
  readonly end: number;
}

/** First positions of a write's parts, or why it was not done. */
export type WriteResult = { readonly firsts: readonly number[] } | { readonly fenced: number };

export interface SegmentMessage {
  readonly first: number;
  readonly lengths: Uint32Array;
  readonly data: string;
}

export type CallName = keyof Calls;

export interface RequestMessage<N extends CallName = CallName> {
  readonly id: number;
  readonly name: N;
  readonly args: Calls[N]['takes'];
}

export type AnswerMessage =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } };
