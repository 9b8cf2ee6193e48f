import type { Readable } from 'node:stream';
import { ShopBatchError } from './shop-batch-error.ts';

/** Bounds of reading one request body. */
export interface BodyLimits {
  /** Bytes accepted. */
  maxBytes: number;
  /** Milliseconds the whole body may take. */
  timeoutMs: number;
}

/**
 * Collects a body of at most `maxBytes`, whatever `Content-Length` says or does not say. Memory is bounded: what comes
 * after the limit is discarded by the caller of {@link discard}.
 *
 * @throws {ShopBatchError} `postTooLarge` (400/40013), `postEmpty` (400/40014), `bodyTimeout` (408), `wrongData` when the
 * connection ends early
 */
export const readBody = (
  stream: Readable,
  contentLength: number | undefined,
  { maxBytes, timeoutMs }: BodyLimits,
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    if (contentLength !== undefined && contentLength > maxBytes) {
      reject(new ShopBatchError('postTooLarge', undefined, { limit: maxBytes }));
      return;
    }
    const chunks: Buffer[] = [];
    let received = 0;
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      stream.off('data', onData).off('end', onEnd).off('error', onFailure).off('close', onFailure);
      finish();
    };
    const onData = (chunk: Buffer) => {
      received += chunk.length;
      if (received <= maxBytes) chunks.push(chunk);
      else settle(() => reject(new ShopBatchError('postTooLarge', undefined, { limit: maxBytes })));
    };
    const onEnd = () =>
      settle(() => {
        if (received === 0) reject(new ShopBatchError('postEmpty', undefined, { limit: maxBytes }));
        else resolve(Buffer.concat(chunks, received));
      });
    const onFailure = (cause?: unknown) =>
      settle(() => reject(new ShopBatchError('wrongData', 'The request body ended early.', { cause })));
    const timer = setTimeout(() => settle(() => reject(new ShopBatchError('bodyTimeout'))), timeoutMs);
    stream.on('data', onData).once('end', onEnd).once('error', onFailure).once('close', onFailure);
  });

/**
 * Reads and drops what is left of a refused body for a short while, so that a client that is still sending gets to see
 * the answer instead of a reset connection; then the connection is closed.
 *
 * @param graceMs how long to go on reading
 */
export const discard = (stream: Readable, graceMs = 5_000): void => {
  if (stream.readableEnded || stream.destroyed) return;
  stream.on('error', () => {}).resume();
  const timer = setTimeout(() => stream.destroy(), graceMs);
  timer.unref();
  stream.once('close', () => clearTimeout(timer));
};
