import type { BatchState } from '@batchfeed/schemas';

/** One call of a batch. */
export interface Try {
  readonly attempt: number;
  /** When it ended, in milliseconds since the epoch. */
  readonly at: number;
  readonly ms: number;
  readonly outcome: 'delivered' | 'retry' | 'rejected';
  readonly status: number | null;
  readonly reason: string | null;
  readonly excerpt: string | null;
  readonly delayMs: number | null;
  /** Whether the batch had come back from the dead letters. */
  readonly replay: boolean;
  /** Whether the batch was given up after it. */
  readonly isLast: boolean;
}

/** The lines of a batch, packed. */
export interface PackedLines {
  /** `lo` of all users' hashes, then `hi` of all; both 0 for a line about nobody. */
  readonly users: Uint32Array;
  /** Milliseconds from the acceptance of the batch's oldest line to that of each. */
  readonly ages: Uint32Array;
  /** UTF-8 bytes of each content. */
  readonly sizes: Uint32Array;
  /** All contents, then the users' names as a JSON array; undefined where there is no room for them. */
  readonly text: string | undefined;
}

/** A batch as it is now, with what is new of it since it was last written. */
export interface BatchChange {
  readonly id: string;
  readonly feedId: string;
  readonly sessionId: string;
  readonly groupingKey: string;
  readonly lines: number;
  readonly bytes: number;
  readonly sealReason: string;
  readonly openedAt: number;
  readonly sealedAt: number;
  state: BatchState;
  settledAt: number | null;
  attempts: number;
  status: number | null;
  reason: string | null;
  replay: boolean;
  tries: Try[];
  packed: PackedLines | undefined;
}
