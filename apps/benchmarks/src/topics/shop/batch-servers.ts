import { shopBatch } from '@batchfeed/shop-batch-server';
import Fastify from 'fastify';
import { requirePeers } from '../../peers.ts';
import { serveUntilLeft } from './processes.ts';
import { batchSize } from './rows.ts';

/** Two hundred items, as a page of a collection holds them. */
const collection = {
  href: 'http://127.0.0.1/products?page=0&limit=200&full=1',
  page: 0,
  limit: batchSize,
  next: null,
  items: Array.from({ length: batchSize }, (_, index) => ({
    href: `http://127.0.0.1/products/SKU-${index}`,
    id: `SKU-${index}`,
    innerId: String(index),
    name: `Pine table number ${index}`,
    price: `${index}.5000`,
    sortOrder: index,
    description: 'A table of solid pine, oiled twice, with room for six and a drawer at either end.',
    parentProduct: { href: 'http://127.0.0.1/products/cHJvZHVjdC1wcm9kdWN0X2lkPTE4' },
    taxClass: null,
  })),
};

/** The plugin in front of a route that does as good as nothing. */
export const runBatchServer = async (): Promise<void> => {
  const server = Fastify();
  await server.register(shopBatch);
  server.get<{ Params: { id: string } }>('/products/:id', (request, reply) => reply.send({ id: request.params.id }));
  server.get('/products', (_request, reply) => reply.send(collection));
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  serveUntilLeft(url, () => server.close());
};

interface HapiServer {
  info: { uri: string };
  route: (route: object) => void;
  register: (plugin: object) => Promise<void>;
  start: () => Promise<void>;
  stop: () => Promise<void>;
}

const [hapi, bassmaster] = ['@hapi/hapi', 'bassmaster'] as const;
export const peerVersions = { [hapi]: '21.4.10', [bassmaster]: '3.2.0' } as const;

/** The same route behind the batch endpoint of another framework. */
export const runHapiServer = async (): Promise<void> => {
  const require = await requirePeers('shop', peerVersions, () => {});
  const { server: create } = require(hapi) as { server: (options: object) => HapiServer };
  const { plugin } = require(bassmaster) as { plugin: object };
  const server = create({ port: 0, host: '127.0.0.1' });
  server.route({
    method: 'GET',
    path: '/products/{id}',
    handler: (request: { params: { id: string } }) => ({ id: request.params.id }),
  });
  await server.register(plugin);
  await server.start();
  serveUntilLeft(server.info.uri, () => server.stop());
};
