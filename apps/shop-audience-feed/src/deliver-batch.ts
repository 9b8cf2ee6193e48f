import type { core } from '@batchfeed/plugin-sdk';
import type { RowResult, ShopRequest } from '@batchfeed/shop-batch-client';
import { judgeRow, type RowVerdict } from './judge-row.ts';
import type { ShopLine } from './shop-line.ts';
import { requestFor, updateFor } from './shop-requests.ts';

/** The part of `ShopBatchClient` a delivery needs. */
export interface BatchSender {
  batch(requests: readonly ShopRequest[], options?: { signal?: AbortSignal }): Promise<{ rows: RowResult[] }>;
}

interface Settled {
  line: ShopLine;
  row: RowResult;
  verdict: RowVerdict;
}

type SendLines = (lines: readonly ShopLine[], request: (line: ShopLine) => ShopRequest) => Promise<Settled[]>;

/**
 * Delivers the lines in one batch and accounts for each. Only for people a shop says it has without updating them does a
 * second batch follow. Delivering the same lines again leaves the shop as it is.
 *
 * Lines in doubt make the whole batch RETRY: repeating the others does no harm. A shop that turns us away (wrong
 * credentials, wrong address) makes it ERROR, so that the platform keeps the batch until that is put right.
 */
export const deliverBatch = async (
  sender: BatchSender,
  lines: readonly ShopLine[],
  signal?: AbortSignal,
): Promise<core.BatchUpdatePluginResponse> => {
  const send: SendLines = async (some, request) => {
    const { rows } = await sender.batch(some.map(request), signal === undefined ? {} : { signal });
    return some.map((line, index) => {
      const row = rows[index] ?? { outcome: 'unknown', attempts: 0 };
      return { line, row, verdict: judgeRow(line, row) };
    });
  };
  const settled = await bringUpToDate(await send(lines, requestFor), send);
  return answerOf(settled);
};

/** Replaces every `exists` by what became of the update. An update that finds nobody is for the next attempt. */
const bringUpToDate = async (settled: Settled[], send: SendLines): Promise<Settled[]> => {
  const taken = settled.flatMap(({ line, verdict }) =>
    verdict === 'exists' && line.operation === 'UPSERT' ? [line] : [],
  );
  if (taken.length === 0) return settled;
  const updated = await send(taken, (line) => updateFor(line as (typeof taken)[number]));
  const queue = updated.values();
  return settled.map((first) => (first.verdict === 'exists' ? (queue.next().value ?? first) : first));
};

const statusOf = (settled: readonly Settled[]): core.BatchUpdatePluginResponse['status'] => {
  const has = (...verdicts: RowVerdict[]) => settled.some(({ verdict }) => verdicts.includes(verdict));
  if (has('stopped')) return 'ERROR';
  return has('again', 'exists') ? 'RETRY' : 'OK';
};

/** Which lines were not delivered and why, by status only: what the shop says may repeat what it was sent. */
const describe = (undelivered: readonly Settled[]): string => {
  const counts = new Map<string, number>();
  for (const { row } of undelivered) {
    const why = [row.status, row.code, row.reason].filter((part) => part !== undefined).join('/') || row.outcome;
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  return [...counts].map(([why, count]) => `${count} × ${why}`).join(', ');
};

const answerOf = (settled: readonly Settled[]): core.BatchUpdatePluginResponse => {
  const undelivered = settled.filter(({ verdict }) => verdict !== 'done');
  return {
    status: statusOf(settled),
    sent_items_in_success: settled.length - undelivered.length,
    sent_items_in_error: undelivered.length,
    ...(undelivered.length > 0 && { message: `Not delivered: ${describe(undelivered)}` }),
  };
};
