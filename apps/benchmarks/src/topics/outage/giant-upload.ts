import { setTimeout as sleep } from 'node:timers/promises';
import { figureOf, type MeasuredFigure } from '../../figure.ts';
import type { TopicContext } from '../../topic.ts';
import { describeTimes, Prober, percentile } from './latency.ts';
import { numberedUpdate, numberedUpdates } from './numbered-updates.ts';
import type { OutageSize } from './size.ts';
import { onStage } from './stage.ts';

const LINES_A_BATCH = 200;
const QUIET_MS = 2000;

/** How long the append of one line takes beside an upload of a gibibyte to another feed, whose plugin is down. */
export function giantUpload({ say }: TopicContext, size: OutageSize): Promise<MeasuredFigure[]> {
  return onStage(async (stage) => {
    const healthyUrl = await stage.healthyPlugin();
    const down = await stage.outagePlugin();
    const { operator } = await stage.platform();
    await operator.register(down.url, LINES_A_BATCH);
    const giant = await operator.feed();
    await down.down();
    await operator.register(healthyUrl, LINES_A_BATCH);
    const small = await operator.feed();
    let index = 0;
    const appendOne = () => {
      index += 1;
      return operator.push(small.id, [`${numberedUpdate(`one-${index}`, 1)}\n`]);
    };
    const quiet = new Prober(appendOne);
    await sleep(QUIET_MS);
    const alone = await quiet.stop();

    say('appending one line at a time beside an upload of a gibibyte');
    const startedAt = performance.now();
    let sent = 0;
    async function* chunks(): AsyncGenerator<Buffer> {
      const ready = [...numberedUpdates('giant', 20_000)];
      while (sent < size.giantBytes && performance.now() - startedAt < size.giantMs) {
        for (const chunk of ready) {
          sent += chunk.length;
          yield chunk;
        }
      }
    }
    const prober = new Prober(appendOne);
    await operator.push(giant.id, chunks());
    const seconds = (performance.now() - startedAt) / 1000;
    const took = await prober.stop();
    return [
      figureOf('append of one line beside an upload of 1 GiB, p99', [percentile(took, 0.99)], {
        unit: 'ms',
        bound: { is: '<=', limit: 50 },
        detail: `${describeTimes(took)}; alone ${describeTimes(alone)}; ${Math.round(sent / 2 ** 20)} MiB in ${seconds.toFixed(1)} s`,
      }),
    ];
  });
}
