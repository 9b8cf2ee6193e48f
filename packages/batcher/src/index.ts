export type { Batch, BatchLine, Held, RestoredBatch, SealReason, Subject } from './batch.ts';
export { Batcher, type BatcherOptions, type Ordering } from './batcher.ts';
export { BatcherError, type BatcherErrorCode } from './batcher-error.ts';
export { checkPolicy, POLICY_CEILINGS, type Policy } from './policy.ts';
