import { type Batch, Batcher, BatcherError, type Policy } from '@batchfeed/batcher';
import type { ClientOptions } from './options.ts';
import { isRow, makeRow, type ResumedRequest, type Row, type RowResult } from './row.ts';

export const OPENING = '{"data":{"requests":[';
export const CLOSING = ']}}';

/** Batches are cut as the shop counts them: requests, and bytes of the whole body. */
const policyOf = (options: ClientOptions, maxAgeMs: number): Policy => ({
  maxLines: options.maxRequests,
  maxBytes: options.maxBytes,
  maxAgeMs,
  envelopeBytes: OPENING.length + CLOSING.length,
  separatorBytes: 1,
});

/** Told of the end of a row; `bytes` are those of its request, 0 when it never became one. */
export type Settle = (result: RowResult, index: number, request: ResumedRequest, bytes: number) => void;

const NONE: readonly Batch<Row>[] = [];

/** Makes rows of requests and batches of rows. A request that can be in no batch is settled at once. */
export class Cutter {
  readonly #batcher: Batcher<Row>;
  readonly #base: string;
  readonly #settle: Settle;
  readonly #settleRow: Row['settle'];

  constructor(options: ClientOptions, maxAgeMs: number, settle: Settle) {
    this.#batcher = new Batcher<Row>({ policy: policyOf(options, maxAgeMs) });
    this.#base = options.base;
    this.#settle = settle;
    this.#settleRow = (result, row) => settle(result, row.index, row.request, row.bytes);
  }

  /** Takes a request in and returns the batches that this filled. */
  add(request: ResumedRequest, index: number, now: number): readonly Batch<Row>[] {
    const made = makeRow(request, index, this.#base, this.#settleRow);
    if (!isRow(made)) {
      this.#settle(made, index, request, 0);
      return NONE;
    }
    return this.addRow(made, now);
  }

  addRow(row: Row, now: number): readonly Batch<Row>[] {
    try {
      return this.#batcher.add(row, now);
    } catch (error) {
      if (!(error instanceof BatcherError) || error.code !== 'LINE_TOO_LARGE') throw error;
      row.settle({ outcome: 'failed', reason: 'ROW_TOO_LARGE', message: error.message, attempts: 0 }, row);
      return NONE;
    }
  }

  due(now: number): readonly Batch<Row>[] {
    return this.#batcher.due(now);
  }

  drain(): readonly Batch<Row>[] {
    return this.#batcher.drain();
  }

  /** When the open batch has waited long enough; undefined when nothing is open. */
  get nextDueAt(): number | undefined {
    return this.#batcher.nextDueAt;
  }
}
