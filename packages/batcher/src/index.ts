export type { Batch, BatchLine, SealReason } from './batch.ts';
export { Batcher, type BatcherOptions } from './batcher.ts';
export { BatcherError, type BatcherErrorCode } from './batcher-error.ts';
export { checkPolicy, POLICY_CEILINGS, type Policy } from './policy.ts';
