import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { followFeed } from './follow-feed.ts';
import { OperatorClient } from './operator-client.ts';
import { officialSdk } from './testing/official-sdk.ts';
import { runProcess, scripts } from './testing/run-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

/** A connector as its author writes it for the official SDK; it reads a property at the gateway, and prints its batches. */
const plugin = (sdk: string) => `
const { core } = require(${JSON.stringify(sdk)});
class Connector extends core.BatchedAudienceFeedConnectorBasePlugin {
  async onExternalSegmentCreation() { return { status: 'ok' }; }
  async onExternalSegmentConnection() { return { status: 'ok' }; }
  async onUserSegmentUpdate({ user_identifiers, operation }, { feed, feedProperties }) {
    const list = feedProperties.findStringProperty('list').value.value;
    const emails = user_identifiers.filter(({ type }) => type === 'USER_EMAIL');
    if (emails.length === 0) return { status: 'no_eligible_identifier' };
    return {
      status: 'ok',
      data: emails.map(({ hash }) => ({ type: 'BATCH_DELIVERY', grouping_key: operation, content: { hash, list, feed: feed.id } })),
      stats: emails.map(({ hash }) => ({ identifier: hash, sync_result: 'PROCESSED' })),
    };
  }
  async onBatchUpdate({ batch_content, context }) {
    console.log('BATCH ' + JSON.stringify({ batch_content, key: context.grouping_key }));
    return { status: 'OK', sent_items_in_success: batch_content.length, sent_items_in_error: 0 };
  }
}
new core.ProductionPluginRunner(new Connector()).start();
`;

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

let sdk: Awaited<ReturnType<typeof officialSdk>>;
beforeAll(async () => {
  sdk = await officialSdk();
}, 100_000);

it('runs a plugin built on the official SDK, unchanged', async (test) => {
  if ('missing' in sdk) return test.skip(sdk.missing);
  const folder = temporaryFolder();
  const dataDir = join(folder, 'platform');
  const platform = runProcess(scripts.platform, ['serve', '--data-dir', dataDir, '--port', '0']);
  await platform.printed(/"event":"listening"/);
  const url = /"url":"([^"]+)"/.exec(platform.output())?.[1] as string;
  const client = new OperatorClient(url, readFileSync(join(dataDir, 'api-token'), 'utf8').trim());

  const pluginId = await client.createPlugin({
    plugin_type: 'AUDIENCE_SEGMENT_EXTERNAL_FEED',
    organisation_id: '1',
    group_id: 'com.example',
    artifact_id: 'official',
  });
  const versionId = await client.createVersion(pluginId, '1.0.0');
  const credentials = await client.createWorkerCredentials(pluginId, versionId);
  await client.createBatchingConfiguration(pluginId, versionId, 10);
  const script = join(folder, 'connector.cjs');
  writeFileSync(script, plugin(sdk.path));
  const port = await freePort();
  const connector = runProcess(script, [], {
    PLUGIN_WORKER_ID: credentials.worker_id,
    PLUGIN_AUTHENTICATION_TOKEN: credentials.authentication_token,
    GATEWAY_HOST: '127.0.0.1',
    GATEWAY_PORT: new URL(url).port,
    PLUGIN_PORT: String(port),
  });
  const base_url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 100 && !(await fetch(`${base_url}/v1/status`).catch(() => undefined))?.ok; tries += 1)
    await sleep(100);
  await client.updateVersion(pluginId, versionId, { base_url, status: 'ACTIVE' });
  const segmentId = await client.createSegment({ name: 'people', datamart_id: '1', organisation_id: '1' });
  const feedId = await client.createFeed({ segment_id: segmentId, plugin_id: pluginId, plugin_version_id: versionId });
  await client.setFeedProperty(feedId, 'list', 'news');
  await client.activate(feedId);

  const updates = Array.from({ length: 25 }, (_, index) => ({
    operation: 'UPSERT',
    user_identifiers: [
      { type: 'USER_POINT', user_point_id: `p${index}` },
      ...(index === 24 ? [] : [{ type: 'USER_EMAIL', hash: `h${index}`, email: `p${index}@example.org` }]),
    ],
  }));
  await client.upload(feedId, Readable.from([updates.map((update) => JSON.stringify(update)).join('\n')]));
  const signal = AbortSignal.timeout(60_000);
  const statistics = await followFeed({ client, feedId, isUploaded: () => true, signal, onStatistics: () => {} });
  expect(statistics.updates).toMatchObject({ accepted: 25, processed: 24, no_eligible_identifier: 1, dead: 0 });
  expect(statistics.items).toEqual({ success: 24, error: 0 });
  const batches = connector
    .output()
    .split('\n')
    .flatMap((line) => (line.startsWith('BATCH ') ? [JSON.parse(line.slice(6))] : []));
  expect(batches.map(({ batch_content: lines }) => lines.length)).toEqual([10, 10, 4]);
  const lines = batches.flatMap(({ batch_content }) => batch_content);
  expect(lines[0]).toEqual({ hash: expect.any(String), list: 'news', feed: feedId });
  expect(new Set(lines.map(({ hash }) => hash)).size).toBe(24);
});
