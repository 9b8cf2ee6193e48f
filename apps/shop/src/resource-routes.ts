import { shopLimits } from '@batchfeed/schemas';
import { ShopBatchError, sendAnswer } from '@batchfeed/shop-batch-server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { scopeOf } from './access-hooks.ts';
import type { Item, ItemStore } from './item-store.ts';
import { checkedOuterId, type Exists, readFields, requireAll } from './read-fields.ts';
import { type CollectionQuery, representItem, representPage } from './represent.ts';
import { numberInId, type Resource } from './resource.ts';

const defaultLimit = 25;

type ItemRequest = FastifyRequest<{ Params: { id: string } }>;

const baseOf = (request: FastifyRequest) => `${request.protocol}://${request.host}`;

const queryOf = (request: FastifyRequest) => request.query as Record<string, string | string[] | undefined>;

const wholeNumber = (name: string, value: string, smallest: number, largest: number): number => {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= smallest && number <= largest) return number;
  throw new ShopBatchError('wrongData', `${name}: expected a whole number from ${smallest} to ${largest}.`);
};

// Reads one parameter into the query; every other one must be a search parameter of the resource.
const parameters: Record<string, (query: CollectionQuery, value: string) => void> = {
  page: (query, value) => {
    query.page = wholeNumber('page', value, 0, 999_999_999);
  },
  limit: (query, value) => {
    query.limit = wholeNumber('limit', value, 1, shopLimits.maxCollectionLimit);
  },
  full: (query, value) => {
    query.full = value === '1';
  },
};

const readCollectionQuery = (resource: Resource, request: FastifyRequest): CollectionQuery => {
  const search: Record<string, string> = {};
  const query: CollectionQuery = { page: 0, limit: defaultLimit, full: false, search };
  for (const [name, value] of Object.entries(queryOf(request))) {
    if (typeof value !== 'string') throw new ShopBatchError('wrongData', `${name}: given more than once.`);
    if (Object.hasOwn(parameters, name)) parameters[name]!(query, value);
    else if (resource.search.has(name)) search[name] = value;
    else throw new ShopBatchError('unknownParameter', name);
  }
  return query;
};

/** The fields of a POST or PUT, from `{data: {…}}`. */
const dataOf = (request: FastifyRequest): Record<string, unknown> => {
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

/** The routes of one resource (protocol, section 5). */
export const resourceRoutes = (
  server: FastifyInstance,
  resource: Resource,
  stores: ReadonlyMap<string, ItemStore>,
): void => {
  const store = stores.get(resource.endpoint)!;
  const exists: Exists = (endpoint, id) => {
    const target = stores.get(endpoint);
    return target && target.find(id) !== undefined;
  };

  const answer = (request: FastifyRequest, reply: FastifyReply, status: number, item: Item) => {
    const written = request.method !== 'GET';
    if (written && resource.emptyBody && queryOf(request).emptyBody === '1')
      return sendAnswer(request, reply, status, {});
    return sendAnswer(request, reply, status, representItem(resource, item, baseOf(request)));
  };

  const refuseTaken = (outerId: string | undefined, item?: Item) => {
    if (outerId === undefined || outerId === item?.id) return;
    if (numberInId(resource, outerId) !== undefined)
      throw new ShopBatchError('wrongId', 'id: it looks like an id of the shop itself.');
    if (store.find(outerId) !== undefined) throw new ShopBatchError('resourceExists', 'id');
  };

  const create = (request: FastifyRequest, reply: FastifyReply, outerIdInPath?: string) => {
    const { fields, outerId = outerIdInPath } = readFields(resource, dataOf(request), exists);
    refuseTaken(outerId);
    requireAll(resource, fields);
    return answer(request, reply, 201, store.create(outerId, fields));
  };

  const update = (request: FastifyRequest, reply: FastifyReply, item: Item) => {
    const { fields, outerId } = readFields(resource, dataOf(request), exists);
    refuseTaken(outerId, item);
    return answer(request, reply, 200, store.update(item, fields, outerId === item.id ? undefined : outerId));
  };

  const collection = `/${resource.endpoint}`;
  const single = `${collection}/:id`;

  const needs = (method: string) => ({ config: { scope: scopeOf(resource, method) } });

  server.get(collection, needs('GET'), (request, reply) => {
    const query = readCollectionQuery(resource, request);
    const page = store.list(query.search as Record<string, string>, query.page, query.limit);
    if (query.page > 0 && query.page * query.limit >= page.total) throw new ShopBatchError('pageOutOfRange');
    return sendAnswer(request, reply, 200, representPage(resource, page, query, baseOf(request)));
  });

  server.get(single, needs('GET'), (request: ItemRequest, reply) => {
    const item = store.find(request.params.id);
    if (item === undefined) throw new ShopBatchError('notFound');
    return answer(request, reply, 200, item);
  });

  server.post(collection, needs('POST'), (request, reply) => create(request, reply));

  server.post(single, needs('POST'), (request: ItemRequest, reply) => {
    const { id } = request.params;
    const item = store.find(id);
    if (item !== undefined) return update(request, reply, item);
    if (numberInId(resource, id) !== undefined) throw new ShopBatchError('wrongId', 'There is no such item.');
    return create(request, reply, checkedOuterId(id));
  });

  server.put(single, needs('PUT'), (request: ItemRequest, reply) => {
    const item = store.find(request.params.id);
    if (item === undefined) throw new ShopBatchError('wrongId', 'There is no such item.');
    return update(request, reply, item);
  });

  server.delete(single, needs('DELETE'), (request: ItemRequest, reply) => {
    const item = store.find(request.params.id);
    if (item === undefined) throw new ShopBatchError('notFound');
    store.delete(item);
    return reply.code(204).send();
  });
};
