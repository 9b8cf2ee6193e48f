// Compiled in the consumer's folder as ESM and as CJS, against the packed declarations only.
import { type Batch, Batcher, type BatchLine } from '@batchfeed/batcher';
import { type EngineOptions, MemoryStore, openEngine } from '@batchfeed/delivery';
import { FakeClock } from '@batchfeed/delivery/testing';
import { openPlatform, type Platform } from '@batchfeed/platform';
import { core } from '@batchfeed/plugin-sdk';
import { buildUpdate } from '@batchfeed/plugin-sdk/testing';
import { type UpdateLine, updateLineSchema } from '@batchfeed/schemas';
import { type RowResult, ShopBatchClient } from '@batchfeed/shop-batch-client';
import { type ShopBatchOptions, shopBatch } from '@batchfeed/shop-batch-server';
import { openSqliteStore } from '@batchfeed/store-sqlite';
import Fastify from 'fastify';
import { pino } from 'pino';

export const sealed: readonly Batch<BatchLine>[] = new Batcher({
  policy: { maxLines: 1, maxBytes: 1_000, maxAgeMs: 1 },
}).add({ key: 'a', bytes: 1 }, new FakeClock().now());

export const engineOptions: EngineOptions = {
  store: new MemoryStore(),
  log: 'lines',
  policy: 'unit',
  send: async ({ lines }) => (lines.length > 0 ? { kind: 'delivered' } : { kind: 'retry', reason: 'empty' }),
};
export const accepted = async (): Promise<number> => {
  const engine = await openEngine({ ...engineOptions, store: await openSqliteStore({ file: 'lines.db' }) });
  return (await engine.append([{ destination: 'd', key: 'k', content: '1' }])).accepted;
};

export class Newsletter extends core.BatchedAudienceFeedConnectorBasePlugin<{ email: string }> {
  protected async onExternalSegmentCreation(): Promise<core.ExternalSegmentCreationPluginResponse> {
    return { status: 'ok' };
  }

  protected async onExternalSegmentConnection(): Promise<core.ExternalSegmentConnectionPluginResponse> {
    return { status: 'ok' };
  }

  protected async onUserSegmentUpdate(): Promise<core.BatchedUserSegmentUpdatePluginResponse<{ email: string }>> {
    return { status: 'ok', data: [{ type: 'BATCH_DELIVERY', content: { email: 'a@b.c' }, grouping_key: 'all' }] };
  }

  protected async onBatchUpdate(
    request: core.BatchUpdateRequest<core.AudienceFeedBatchContext, { email: string }>,
  ): Promise<core.BatchUpdatePluginResponse> {
    return { status: 'OK', sent_items_in_success: request.batch_content.length, sent_items_in_error: 0 };
  }
}
export const update: core.UserSegmentUpdateRequest = buildUpdate({});

export const platform = (): Promise<Platform> => openPlatform({ dataDir: 'feeds', port: 0, logger: pino() });

export const line: UpdateLine = updateLineSchema.parse({});
export const rows = async (): Promise<RowResult[]> => {
  const client = new ShopBatchClient({ baseUrl: 'http://localhost', auth: { kind: 'bearer', token: 't' } });
  return (await client.batch([{ method: 'GET', uri: 'products' }])).rows;
};

const options: ShopBatchOptions = { permits: (_request, part) => part.method === 'GET' };
export const server = Fastify().register(shopBatch, options);
// @ts-expect-error declarations that refused nothing would refuse nothing of a consumer's either
new Batcher({ policy: { maxLines: 'many' } });
