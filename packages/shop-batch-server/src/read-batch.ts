import { type BatchRequestPart, batchRequestPartSchema } from '@batchfeed/schemas';
import { ShopBatchError } from './shop-batch-error.ts';

/** What a body says, as far as it is well formed. */
export interface ReadBatch {
  /** The well-formed requests, in order. Complete only when `refusal` is undefined. */
  parts: BatchRequestPart[];
  /** The first thing wrong with the structure; permission is judged before it is answered. */
  refusal: ShopBatchError | undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refused = (refusal: ShopBatchError): ReadBatch => ({ parts: [], refusal });

// The forms in which an absent `data` arrives: left out, null, and the empty text or list that a form makes of it.
const isAbsent = (data: unknown) => data == null || data === '' || (Array.isArray(data) && data.length === 0);

const bodied: ReadonlySet<unknown> = new Set(['POST', 'PUT']);

// `data` belongs to POST and PUT; elsewhere it is ignored, as is every key that the protocol does not know.
const relevant = (request: unknown): unknown => {
  if (!isObject(request)) return request;
  const { method, uri, data } = request;
  return bodied.has(method) && !isAbsent(data) ? { method, uri, data } : { method, uri };
};

/**
 * Reads `{data: {requests: […]}}` (protocol, section 1).
 *
 * @returns `refusal` `dataMissing` (400/40001) without `data`, `wrongData` (400/40005) for any other flaw
 */
export const readBatch = (tree: unknown, maxRequests: number): ReadBatch => {
  const data = isObject(tree) ? tree.data : undefined;
  if (isAbsent(data)) return refused(new ShopBatchError('dataMissing'));
  const requests = isObject(data) ? data.requests : undefined;
  if (!Array.isArray(requests) || requests.length === 0) {
    return refused(new ShopBatchError('wrongData', 'data.requests: expected a list of at least one request'));
  }
  if (requests.length > maxRequests) {
    const text = `data.requests: ${requests.length} requests, at most ${maxRequests} are accepted`;
    return refused(new ShopBatchError('wrongData', text));
  }
  const parts: BatchRequestPart[] = [];
  let refusal: ShopBatchError | undefined;
  requests.forEach((request, index) => {
    const read = batchRequestPartSchema.safeParse(relevant(request));
    if (read.success) {
      parts.push(read.data);
      return;
    }
    const issue = read.error.issues[0]!;
    const path = ['data', `requests[${index}]`, ...issue.path].join('.');
    refusal ??= new ShopBatchError('wrongData', `${path}: ${issue.message}`);
  });
  return { parts, refusal };
};
