import type { DeliveryErrorCode } from '@batchfeed/delivery';

/** A failure as it crosses the border between threads. */
export interface StoreFault {
  readonly code: DeliveryErrorCode;
  readonly message: string;
}
