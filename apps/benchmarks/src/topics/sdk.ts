import { FakeGateway } from '@batchfeed/plugin-sdk/testing';
import { requirePeers } from '../peers.ts';
import type { Topic } from '../topic.ts';
import { pluginNode } from './sdk/server-process.ts';
import { measureStart } from './sdk/start.ts';
import { measureBatches, measureUpdates } from './sdk/throughput.ts';

const officialSdk = '@mediarithmics/plugins-nodejs-sdk';

/**
 * A plugin on this SDK against the same plugin on the official one, and against bare `node:http`.
 * `BATCHFEED_PLUGIN_NODE` names the Node that all of them run on, where it is not the one that measures.
 */
export const sdkTopic: Topic = async (context) => {
  const peers = await requirePeers('sdk', { [officialSdk]: '0.28.2' }, context.say);
  if (pluginNode !== process.execPath) context.say(`the plugins run on ${pluginNode}`);
  const gateway = new FakeGateway().setFeed('1');
  const setting = { official: peers.resolve(officialSdk), gateway: await gateway.listen() };
  try {
    return [
      ...(await measureUpdates(setting, context)),
      ...(await measureBatches(setting, context)),
      ...(await measureStart(setting, context)),
    ];
  } finally {
    await gateway.close();
  }
};
