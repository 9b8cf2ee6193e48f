// One small real use of every published package, whichever way it was loaded. Copied into the consumer's folder, where
// nothing of this repository can be reached; a use fails by throwing.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** @param {any} delivery @param {any} store */
const deliverThree = async ({ openEngine }, store) => {
  /** @type {string[][]} */
  const sent = [];
  const engine = await openEngine({
    store,
    log: 'lines',
    policy: { maxLines: 2, maxBytes: 10_000, maxAgeMs: 60_000 },
    send: async (/** @type {{ lines: { content: string }[] }} */ batch) => {
      sent.push(batch.lines.map(({ content }) => content));
      return { kind: 'delivered' };
    },
  });
  const lines = ['"a"', '"b"', '"c"'].map((content) => ({ destination: 'shop', key: 'k', content }));
  assert.equal((await engine.append(lines)).accepted, 3);
  engine.drain();
  while (sent.length < 2) await sleep(5);
  await engine.close();
  assert.deepEqual(sent, [['"a"', '"b"'], ['"c"']]);
};

/** @param {(name: string) => any} load */
const newsletterPlugin = async (load) => {
  const { BatchedAudienceFeedConnectorBasePlugin } = await load('@batchfeed/plugin-sdk');
  const { buildPlugin } = await load('@batchfeed/plugin-sdk/testing');
  class Newsletter extends BatchedAudienceFeedConnectorBasePlugin {
    /** @param {{ user_identifiers: { email: string }[] }} update */
    async onUserSegmentUpdate({ user_identifiers }) {
      const lines = user_identifiers.map(({ email }) => ({ email }));
      return { status: 'ok', data: lines.map((content) => ({ type: 'BATCH_DELIVERY', content, grouping_key: 'all' })) };
    }
  }
  return buildPlugin(() => new Newsletter());
};

/** @type {Record<string, (load: (name: string) => any) => Promise<void>>} */
export const uses = {
  '@batchfeed/batcher': async (load) => {
    const { Batcher } = await load('@batchfeed/batcher');
    const batcher = new Batcher({ policy: { maxLines: 2, maxBytes: 1_000, maxAgeMs: 1_000 } });
    assert.equal(batcher.add({ key: 'a', bytes: 1 }, 0).length, 0);
    assert.equal(batcher.add({ key: 'a', bytes: 1 }, 0)[0].reason, 'lines');
  },
  '@batchfeed/delivery': async (load) => {
    const delivery = await load('@batchfeed/delivery');
    await deliverThree(delivery, new delivery.MemoryStore());
  },
  '@batchfeed/delivery/testing': async (load) => {
    const { FakeClock } = await load('@batchfeed/delivery/testing');
    assert.equal(typeof new FakeClock().now(), 'number');
  },
  '@batchfeed/store-sqlite': async (load) => {
    const { openSqliteStore } = await load('@batchfeed/store-sqlite');
    const folder = mkdtempSync(join(tmpdir(), 'batchfeed-consumer-'));
    const store = await openSqliteStore({ file: join(folder, 'lines.db') });
    await deliverThree(await load('@batchfeed/delivery'), store);
    await store.close();
    rmSync(folder, { recursive: true });
  },
  '@batchfeed/plugin-sdk': async (load) => {
    const { core, BasePlugin } = await load('@batchfeed/plugin-sdk');
    assert.equal(core.BasePlugin, BasePlugin);
    const { post } = await newsletterPlugin(load);
    const { status, body } = await post('/v1/batch_update', { not: 'a batch' });
    assert.deepEqual([status, body.status], [400, 'error']);
  },
  '@batchfeed/plugin-sdk/testing': async (load) => {
    const { buildUpdate, userEmail } = await load('@batchfeed/plugin-sdk/testing');
    const { post } = await newsletterPlugin(load);
    const update = buildUpdate({ user_identifiers: [userEmail('ann@example.com')] });
    const { status, body } = await post('/v1/user_segment_update', update);
    assert.deepEqual([status, body.data[0].content], [200, { email: 'ann@example.com' }]);
  },
  '@batchfeed/platform': async (load) => {
    const { openPlatform } = await load('@batchfeed/platform');
    const { pino } = await import('pino');
    const dataDir = mkdtempSync(join(tmpdir(), 'batchfeed-consumer-'));
    const platform = await openPlatform({ dataDir, port: 0, logger: pino({ level: 'silent' }) });
    const list = async (/** @type {string} */ authorization) =>
      (await fetch(`${platform.url}/v1/plugins`, { headers: { authorization } })).status;
    assert.deepEqual([await list(platform.newApiToken), await list('wrong')], [200, 401]);
    await platform.close();
    rmSync(dataDir, { recursive: true });
  },
  '@batchfeed/schemas': async (load) => {
    const { updateLineSchema } = await load('@batchfeed/schemas');
    const line = { operation: 'UPSERT', user_identifiers: [{ type: 'USER_POINT', user_point_id: '1' }] };
    assert.deepEqual(updateLineSchema.parse(line), line);
    assert.equal(updateLineSchema.safeParse({ ...line, operation: 'upsert' }).success, false);
  },
  '@batchfeed/shop-batch-server': async (load) => {
    const { shopBatch } = await load('@batchfeed/shop-batch-server');
    const { default: Fastify } = await import('fastify');
    const server = Fastify();
    await server.register(shopBatch);
    server.get('/products/:id', async (request) => ({ id: /** @type {any} */ (request.params).id }));
    const requests = [{ method: 'GET', uri: '/products/7' }];
    const answer = await server.inject({
      method: 'POST',
      url: '/batch',
      headers: { accept: 'application/json' },
      payload: { data: { requests } },
    });
    assert.equal(answer.json().requests.request[0].response.body.id, '7');
    await server.close();
  },
  '@batchfeed/shop-batch-client': async (load) => {
    const { shopBatch } = await load('@batchfeed/shop-batch-server');
    const { ShopBatchClient } = await load('@batchfeed/shop-batch-client');
    const { default: Fastify } = await import('fastify');
    const server = Fastify();
    await server.register(shopBatch);
    server.get('/products/:id', async (request) => ({ id: /** @type {any} */ (request.params).id }));
    const baseUrl = await server.listen({ port: 0, host: '127.0.0.1' });
    const client = new ShopBatchClient({ baseUrl, auth: { kind: 'basic', username: 'me', password: 'secret' } });
    const { rows } = await client.batch([
      { method: 'GET', uri: 'products/007' },
      { method: 'GET', uri: 'nothing/here' },
    ]);
    assert.deepEqual([rows[0].outcome, rows[0].body.id, rows[1].outcome], ['succeeded', '007', 'failed']);
    await server.close();
  },
};
