import type { FeedLedger } from '@batchfeed/schemas';

/** What of one side of the ledger is neither delivered nor given up. */
export function undelivered({ waiting, open, sealed, in_flight }: FeedLedger['lines']): number {
  return waiting + open + sealed + in_flight;
}
