export type { ShopAuth } from './auth.ts';
export type { ClientEvent } from './client-event.ts';
export type { ShopBatchClientOptions } from './options.ts';
export { itemsOf } from './read-answer.ts';
export type { RowOutcome, RowReason, RowResult, ShopRequest } from './row.ts';
export { type BatchOptions, ShopBatchClient } from './shop-batch-client.ts';
export { ShopBatchError, type ShopBatchErrorCode } from './shop-batch-error.ts';
export type { TransportOptions } from './transport.ts';
