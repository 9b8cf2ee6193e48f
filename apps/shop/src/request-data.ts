import { shopLimits } from '@batchfeed/schemas';
import { ShopBatchError } from '@batchfeed/shop-batch-server';
import type { FastifyRequest } from 'fastify';

/** The fields of a POST or PUT, from `{data: {…}}`. */
export const dataOf = (request: FastifyRequest): Record<string, unknown> => {
  // Inside a batch a missing body is a missing `data`; outside it is an empty POST.
  if (request.body == null && request.batchPart === undefined) {
    throw new ShopBatchError('postEmpty', undefined, { limit: shopLimits.maxPostBytes });
  }
  const data = (request.body as { data?: unknown } | undefined)?.data;
  if (data == null || data === '') throw new ShopBatchError('dataMissing');
  if (typeof data !== 'object' || Array.isArray(data))
    throw new ShopBatchError('wrongData', 'data: expected an object.');
  return data as Record<string, unknown>;
};
