// Runs the examples of the README, each a module of its own beside this one, with a shop for those that want one.
import { shopBatch } from '@batchfeed/shop-batch-server';
import Fastify from 'fastify';

const shop = Fastify();
await shop.register(shopBatch);
shop.post('/products/:id', async (_request, reply) => reply.code(201).send({}));
process.env.SHOP_API_URL = await shop.listen({ port: 0, host: '127.0.0.1' });
process.env.SHOP_API_USER = 'me';
process.env.SHOP_API_PASSWORD = 'secret';

for (const name of process.argv.slice(2)) {
  try {
    await import(`./${name}`);
    console.log(JSON.stringify({ name, ok: true }));
  } catch (error) {
    console.log(JSON.stringify({ name, ok: false, error: error instanceof Error ? error.stack : String(error) }));
  }
}
process.exit();
