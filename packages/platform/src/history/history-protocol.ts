import type { BatchState } from '@batchfeed/schemas';
import type { BatchChange, Try } from './batch-change.ts';
import type { PackedChunk, UpdateEntry } from './update-chunk.ts';

/** What the history asks of its thread, and what comes back. */

export interface OpenHistory {
  readonly file: string;
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  readonly now: number;
}

export interface WriteHistory {
  readonly changes: readonly BatchChange[];
  readonly chunk: PackedChunk | undefined;
  /** Everything that happened before this time is written with this, or was. */
  readonly upTo: number;
  readonly gaps: readonly Gap[];
}

export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly reason: 'crash' | 'overload' | 'failure';
}

/** From when on the history is whole, and where it is not. */
export interface Extent {
  /** When it was begun. */
  readonly began: number;
  /** What is older was thrown away; 0 while nothing was. */
  readonly pruned: number;
  readonly gaps: readonly Gap[];
}

export interface BatchRow {
  readonly id: number;
  readonly batchId: string;
  readonly feedId: string;
  readonly sessionId: string;
  readonly groupingKey: string;
  readonly lines: number;
  readonly bytes: number;
  readonly sealReason: string;
  readonly openedAt: number;
  readonly sealedAt: number;
  readonly settledAt: number | null;
  readonly state: BatchState;
  readonly attempts: number;
  readonly status: number | null;
  readonly reason: string | null;
  readonly replay: number;
}

export interface BatchFilter {
  readonly feedId: string;
  readonly groupingKey: string | undefined;
  readonly sessionId?: string | undefined;
  readonly sealReason: string | undefined;
  readonly state: BatchState | undefined;
  /** Only rows before this one. */
  readonly before: number | undefined;
  readonly max: number;
}

export interface FoundBatch {
  readonly row: BatchRow;
  readonly tries: readonly Try[];
}

export interface FoundLine {
  readonly content: string;
  readonly user: string | null;
  readonly bytes: number;
}

/** What is known of a user, the latest first. */
export interface FoundUser {
  readonly updates: readonly UpdateEntry[];
  readonly batches: readonly (FoundBatch & { readonly places: readonly { number: number; acceptedAt: number }[] })[];
  /** Whether there is more than that. */
  readonly more: boolean;
}

/** Of a batch that nothing was heard of: its state, or that it still is where it was. */
export interface SureState {
  readonly id: string;
  readonly state: BatchState | undefined;
}

/** Calls by name: what each takes and gives. */
export interface HistoryCalls {
  open: { takes: OpenHistory; gives: { damaged: string | undefined } };
  write: { takes: WriteHistory; gives: undefined };
  extent: { takes: undefined; gives: Extent };
  list: { takes: BatchFilter; gives: { rows: BatchRow[]; next: number | undefined } };
  batch: { takes: { feedId: string; batchId: string }; gives: FoundBatch | undefined };
  lines: { takes: { row: number; first: number; max: number }; gives: FoundLine[] | undefined };
  user: { takes: { lo: number; hi: number; feedId: string | undefined }; gives: FoundUser };
  /** Batches that an earlier run left unsettled and that nothing was heard of since. */
  unsure: { takes: { max: number }; gives: { id: string; feedId: string }[] };
  /** What is known of those now. */
  sure: { takes: readonly SureState[]; gives: undefined };
  /** Throws away all that is known of a feed, bit by bit; also over a restart. */
  forget: { takes: { feedId: string }; gives: undefined };
  backup: { takes: { file: string }; gives: undefined };
  close: { takes: undefined; gives: undefined };
}
