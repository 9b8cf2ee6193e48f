// A plugin that does what its requests tell it, run as a process by the tests.
import cluster from 'node:cluster';
import { ProductionPluginRunner } from './core.ts';
import { SamplePlugin } from './sample-plugin.fixture.ts';
import { FakeGateway } from './testing.ts';

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

if (process.env.DIE_AT_BOOT === 'yes' && cluster.isWorker) process.exit(7);

const plugin = new SamplePlugin({
  onUserSegmentUpdate: async (request: { order?: string }) => {
    if (request.order === 'reject undefined') return Promise.reject(undefined);
    if (request.order === 'reject unawaited') void Promise.reject(new Error('nobody waits for me'));
    if (request.order === 'throw in a timer')
      setTimeout(() => {
        throw new Error('out of a timer');
      }, 10);
    if (request.order === 'wait') {
      plugin.logger.info('waiting');
      await wait(700);
    }
    if (request.order === 'tell pid') return { status: 'ok', message: String(process.pid) };
    return { status: 'ok', data: [] };
  },
  onBatchUpdate: () => Promise.reject(undefined),
});
plugin._transport = new FakeGateway().setFeed('1').transport;

const runner = new ProductionPluginRunner(plugin, { host: '127.0.0.1' });
const port = process.env.START_PORT === undefined ? undefined : Number(process.env.START_PORT);
runner.start(port, process.env.CLUSTER === 'yes');
