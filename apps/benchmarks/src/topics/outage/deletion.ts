import { setTimeout as sleep } from 'node:timers/promises';
import { figureOf, type MeasuredFigure } from '../../figure.ts';
import type { TopicContext } from '../../topic.ts';
import { describeTimes, Prober, percentile } from './latency.ts';
import { numberedUpdate, numberedUpdates } from './numbered-updates.ts';
import type { OutageSize } from './size.ts';
import { onStage } from './stage.ts';

const LINES_A_BATCH = 200;
const QUIET_MS = 3000;
const CLEARING_UP_MS = 10_000;

/** How long others stand still while a feed is deleted with all that waits in it. */
export function deletion({ say }: TopicContext, size: OutageSize): Promise<MeasuredFigure[]> {
  return onStage(async (stage) => {
    const healthyUrl = await stage.healthyPlugin();
    const down = await stage.outagePlugin();
    const { operator } = await stage.platform();
    await operator.register(down.url, LINES_A_BATCH);
    const deleted = await operator.feed();
    await down.down();
    await operator.register(healthyUrl, LINES_A_BATCH);
    const other = await operator.feed();
    say(`a feed with ${size.deletedBacklog.toLocaleString('en')} updates that wait`);
    await operator.push(deleted.id, numberedUpdates('deleted', size.deletedBacklog));
    let index = 0;
    const appendOne = () => {
      index += 1;
      return operator.push(other.id, [`${numberedUpdate(`one-${index}`, 1)}\n`]);
    };
    const quiet = new Prober(appendOne);
    await sleep(QUIET_MS);
    const alone = await quiet.stop();
    say('deleting it');
    const prober = new Prober(appendOne);
    const startedAt = performance.now();
    await operator.discard(deleted.id);
    const seconds = (performance.now() - startedAt) / 1000;
    // What it held is cleared up beside everything else, for a while longer.
    await sleep(CLEARING_UP_MS);
    const took = await prober.stop();
    return [
      figureOf('deleting a feed with 1,000,000 updates, longest stall of others', [percentile(took, 1)], {
        unit: 'ms',
        bound: { is: '<=', limit: 50 },
        detail: `${describeTimes(took)}; without it ${describeTimes(alone)}; gone after ${seconds.toFixed(1)} s`,
      }),
    ];
  });
}
