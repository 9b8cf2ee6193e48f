import { createHmac } from 'node:crypto';
import { ShopBatchError, sendAnswer } from '@batchfeed/shop-batch-server';
import type { FastifyInstance } from 'fastify';
import type { Catalogue } from './catalogue.ts';
import { dataOf } from './request-data.ts';

export const reloadOrderScope = 'order.reorderLink';

/** The id in `{order: {id}}`; undefined where there is none. */
const idIn = (data: Record<string, unknown>, name: string): string | undefined => {
  const linked = data[name] as { id?: unknown } | null | undefined;
  const id = typeof linked === 'object' ? linked?.id : undefined;
  return typeof id === 'string' && id !== '' ? id : undefined;
};

/**
 * `reloadOrderUrls`: an address that puts the products of an order into the basket again. The documentation names it by
 * both paths. Nothing is stored, so it is no row of the tables.
 *
 * @param secret what makes the address hard to guess
 */
export const reloadOrderRoute = (server: FastifyInstance, catalogue: Catalogue, secret: string): void => {
  for (const path of ['/reloadOrderUrls', '/reloadUrl']) {
    server.post(path, { config: { scope: `${reloadOrderScope}:write` } }, (request, reply) => {
      const data = dataOf(request);
      const orderId = idIn(data, 'order');
      if (orderId === undefined) throw new ShopBatchError('requiredFields', 'order.id');
      const order = catalogue.findLinked('orders', orderId);
      if (!order) throw new ShopBatchError('wrongId', 'order.id: there is no such order.');
      const customerId = idIn(data, 'customer');
      const customer = customerId === undefined ? undefined : catalogue.findLinked('customers', customerId);
      if (customerId !== undefined && !customer)
        throw new ShopBatchError('wrongId', 'customer.id: there is no such customer.');
      const token = createHmac('sha256', secret)
        .update(`${order.ownId} ${customer?.ownId ?? ''}`)
        .digest('hex');
      return sendAnswer(request, reply, 200, { url: `${request.protocol}://${request.host}/reload-order/${token}` });
    });
  }
};
