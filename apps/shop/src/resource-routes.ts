import { ShopBatchError, sendAnswer } from '@batchfeed/shop-batch-server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { scopeOf } from './access-hooks.ts';
import type { Catalogue } from './catalogue.ts';
import { conditionsOf, readCollectionQuery } from './collection-query.ts';
import type { Item } from './item-store.ts';
import { checkedOuterId } from './read-fields.ts';
import { reachedHref, representItem, representPage } from './represent.ts';
import { dataOf } from './request-data.ts';
import { hasOwnForm, type Resource } from './resource.ts';

type ItemRequest = FastifyRequest<{ Params: { id: string } }>;

const queryOf = (request: FastifyRequest) => request.query as Record<string, string | string[] | undefined>;

/** The routes of one resource (protocol, section 5). */
export const resourceRoutes = (server: FastifyInstance, resource: Resource, catalogue: Catalogue): void => {
  const store = catalogue.store(resource);
  const contextOf = (request: FastifyRequest) => ({ catalogue, base: `${request.protocol}://${request.host}` });

  const found = (request: ItemRequest, otherwise: 'notFound' | 'wrongId'): Item => {
    const item = store.find(request.params.id);
    if (item !== undefined) return item;
    throw new ShopBatchError(otherwise, otherwise === 'wrongId' ? 'There is no such item.' : undefined);
  };

  const written = (request: FastifyRequest, reply: FastifyReply, status: number, item: Item) =>
    resource.emptyBody && queryOf(request).emptyBody === '1'
      ? sendAnswer(request, reply, status, {})
      : sendAnswer(request, reply, status, representItem(resource, item, contextOf(request)));

  const collection = `/${resource.endpoint}`;
  const single = `${collection}/:id`;
  const needs = (method: string) => ({ config: { scope: scopeOf(resource, method) } });

  const routes: Record<string, () => void> = {
    GET: () => {
      server.get(collection, needs('GET'), (request, reply) => {
        const query = readCollectionQuery(resource, queryOf(request));
        const page = store.list(conditionsOf(resource, query.search, catalogue.findLinked), query.page, query.limit);
        if (query.page > 0 && query.page * query.limit >= page.total) throw new ShopBatchError('pageOutOfRange');
        return sendAnswer(request, reply, 200, representPage(resource, page, query, contextOf(request)));
      });
      server.get(single, needs('GET'), (request: ItemRequest, reply) =>
        sendAnswer(request, reply, 200, representItem(resource, found(request, 'notFound'), contextOf(request))),
      );
      for (const property of resource.properties.values()) {
        if (property.kind !== 'reached') continue;
        server.get(`${single}/${property.name}`, needs('GET'), (request: ItemRequest, reply) => {
          const item = found(request, 'notFound');
          const query = readCollectionQuery({ ...resource, search: new Map() }, queryOf(request));
          const { resource: other, page } = catalogue.reachedFrom(property, item, query.page, query.limit);
          if (query.page > 0 && query.page * query.limit >= page.total) throw new ShopBatchError('pageOutOfRange');
          const context = contextOf(request);
          const address = reachedHref(resource, item, property, context);
          return sendAnswer(request, reply, 200, representPage(other, page, query, context, address));
        });
      }
    },
    POST: () => {
      server.post(collection, needs('POST'), (request, reply) =>
        written(request, reply, 201, catalogue.create(resource, dataOf(request))),
      );
      server.post(single, needs('POST'), (request: ItemRequest, reply) => {
        const { id } = request.params;
        const item = store.find(id);
        if (item !== undefined) return written(request, reply, 200, catalogue.update(resource, item, dataOf(request)));
        if (hasOwnForm(resource, id)) throw new ShopBatchError('wrongId', 'There is no such item.');
        return written(request, reply, 201, catalogue.create(resource, dataOf(request), checkedOuterId(id)));
      });
    },
    PUT: () => {
      server.put(single, needs('PUT'), (request: ItemRequest, reply) =>
        written(request, reply, 200, catalogue.update(resource, found(request, 'wrongId'), dataOf(request))),
      );
    },
    DELETE: () => {
      server.delete(single, needs('DELETE'), (request: ItemRequest, reply) => {
        store.delete(found(request, 'notFound'));
        return reply.code(204).send();
      });
    },
  };
  for (const method of resource.methods) routes[method]?.();
};
