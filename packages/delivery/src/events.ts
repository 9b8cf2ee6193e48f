import type { SealReason } from '@batchfeed/batcher';
import type { DeliveryError } from './delivery-error.ts';
import type { GateScope } from './gates.ts';

/** What happens in an engine, for logs and metrics. Holds no line contents; whether a key may be logged is its maker's to know. */
export type DeliveryEvent =
  | {
      readonly type: 'sealed';
      readonly destination: string;
      readonly key: string;
      readonly batch: string;
      readonly reason: SealReason;
      readonly lines: number;
      readonly bytes: number;
      readonly ageMs: number;
    }
  | {
      readonly type: 'attempt';
      readonly destination: string;
      readonly batch: string;
      readonly attempt: number;
      readonly outcome: 'delivered' | 'retry' | 'rejected';
      readonly ms: number;
      readonly status: number | undefined;
      readonly reason: string | undefined;
    }
  | {
      readonly type: 'dead';
      readonly destination: string;
      readonly key: string;
      readonly batch: string;
      readonly lines: number;
      readonly reason: string;
    }
  /** A dead letter was thrown away for its age. */
  | {
      readonly type: 'expired';
      readonly destination: string;
      readonly key: string;
      readonly batch: string;
      readonly lines: number;
      readonly diedAt: number;
    }
  | { readonly type: 'gate'; readonly destination: string; readonly scope: GateScope; readonly untilMs: number }
  /** The durable counts and the lines found at start do not add up. */
  | {
      readonly type: 'ledger_mismatch';
      readonly destination: string;
      readonly accepted: number;
      readonly found: number;
    }
  /** The store failed for good: nothing moves until a new engine is opened. */
  | { readonly type: 'failed'; readonly error: DeliveryError };
