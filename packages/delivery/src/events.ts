import type { SealReason } from '@batchfeed/batcher';
import type { GateScope } from './base/gates.ts';
import type { DeliveryError } from './delivery-error.ts';

/**
 * What happens in an engine, for logs and metrics. Holds no line contents; whether a key may be
 * logged is its maker's to know.
 */
export type DeliveryEvent =
  | {
      readonly type: 'sealed';
      readonly destination: string;
      readonly key: string;
      readonly batch: string;
      readonly reason: SealReason;
      readonly lines: number;
      /** Lines it could have had. */
      readonly maxLines: number;
      readonly bytes: number;
      readonly ageMs: number;
      /**
       * Whether it holds lines of subjects that change all the time, beside the ordinary group of
       * its key.
       */
      readonly express: boolean;
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
  /** A dead letter was deleted for its age. */
  | {
      readonly type: 'expired';
      readonly destination: string;
      readonly key: string;
      readonly batch: string;
      readonly lines: number;
      readonly diedAt: number;
    }
  | { readonly type: 'gate'; readonly destination: string; readonly scope: GateScope; readonly untilMs: number }
  /** The durable counts and the settled entries found at start do not add up. */
  | {
      readonly type: 'ledger_mismatch';
      readonly destination: string;
      readonly accepted: number;
      readonly found: number;
    }
  /** An entry of this destination cannot be read: nothing more is sent to it; the others go on. */
  | { readonly type: 'destination_damaged'; readonly destination: string; readonly error: DeliveryError }
  /** Another owner has taken a lane: its destinations stop here, those of other lanes go on. */
  | { readonly type: 'lane_lost'; readonly lane: number; readonly error: DeliveryError }
  /** The store failed for good: nothing moves until a new engine is opened. */
  | { readonly type: 'failed'; readonly error: DeliveryError };
