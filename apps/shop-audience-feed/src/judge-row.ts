import { shopErrors } from '@batchfeed/schemas';
import type { RowResult } from '@batchfeed/shop-batch-client';
import type { ShopLine } from './shop-line.ts';

/**
 * What an answered row means for its line: `done`; `exists`: the shop has that outer id and did not update it;
 * `again`: not done, or nobody knows, and the same batch may settle it; `refused`: the shop will never take it;
 * `stopped`: the shop turns us away altogether, whatever the row.
 */
export type RowVerdict = 'done' | 'exists' | 'again' | 'refused' | 'stopped';

const { notFound, wrongId, resourceExists } = shopErrors;

/** Reasons for a batch not being taken that sending it again will not change. */
const turnedAway = new Set<RowResult['reason']>(['BATCH_REFUSED', 'REDIRECTED', 'AUTH_FAILED']);

const isTemporary = (status: number | undefined): boolean => status === 429 || (status !== undefined && status >= 500);

/** Nobody of that id is there: for a DELETE that is what it wanted. */
const isAbsent = ({ status, code }: RowResult): boolean =>
  status === notFound.status || code === notFound.code || code === wrongId.code;

const isTaken = ({ status, code }: RowResult): boolean =>
  status === resourceExists.status || code === resourceExists.code;

export const judgeRow = (line: ShopLine, row: RowResult): RowVerdict => {
  if (row.outcome === 'succeeded') return 'done';
  if (turnedAway.has(row.reason)) return isTemporary(row.status) ? 'again' : 'stopped';
  if (line.operation === 'UPSERT' && isTaken(row)) return 'exists';
  if (row.outcome !== 'failed' || isTemporary(row.status)) return 'again';
  if (line.operation === 'DELETE' && isAbsent(row)) return 'done';
  return 'refused';
};
