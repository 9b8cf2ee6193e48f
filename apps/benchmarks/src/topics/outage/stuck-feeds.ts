import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import type { Operator } from '../platform/operator.ts';
import { longUpdates, numberedUpdates } from './numbered-updates.ts';
import type { OutageSize } from './size.ts';
import { onStage } from './stage.ts';

const LINES_A_BATCH = 200;
const UPDATES_A_STUCK_FEED = 4000;
const LONG_UPDATES_A_STUCK_FEED = 20;

/** A feed that is delivered beside many whose plugin is down, some with lines of 0.9 MB, against the same feed alone. */
export function stuckFeeds({ say }: TopicContext, size: OutageSize): Promise<MeasuredFigure[]> {
  return onStage(async (stage) => {
    const healthyUrl = await stage.healthyPlugin();
    const down = await stage.outagePlugin();
    const beside = await stage.platform();
    const alone = await stage.platform();
    await makeStuck(beside.operator, down.url, size, () => down.down(), say);
    const deliver = async ({ operator }: typeof beside) => {
      await operator.register(healthyUrl, LINES_A_BATCH);
      const { id } = await operator.feed();
      return async (round: number) => {
        const chunks = [...numberedUpdates(`round-${round}`, size.roundUpdates)];
        const startedAt = performance.now();
        await operator.push(id, chunks);
        await operator.finish([id]);
        return (size.roundUpdates / (performance.now() - startedAt)) * 1000;
      };
    };
    const values = await interleave(
      { beside: await deliver(beside), alone: await deliver(alone) },
      {
        rounds: size.rounds,
        onRound: (round) => say(`a healthy feed beside ${size.stuckFeeds} stuck ones, round ${round}`),
      },
    );
    return [
      figureOf(
        `a feed beside ${size.stuckFeeds} stuck ones, updates/s against alone`,
        ratios(values.beside, values.alone),
        {
          bound: { is: '>=', limit: 0.9 },
          detail: `${Math.round(median(values.beside))}/s, alone ${Math.round(median(values.alone))}/s, ${Math.round(beside.platform.residentMb())} MB`,
        },
      ),
    ];
  });
}

async function makeStuck(
  operator: Operator,
  url: string,
  { stuckFeeds: count, stuckFeedsWithLongLines: long }: OutageSize,
  goDown: () => Promise<void>,
  say: (line: string) => void,
): Promise<void> {
  say(`${count} feeds whose plugin is down, ${long} of them with lines of 0.9 MB`);
  await operator.register(url, LINES_A_BATCH);
  const feeds: string[] = [];
  for (let index = 0; index < count; index += 1) feeds.push((await operator.feed()).id);
  await goDown();
  for (const [index, id] of feeds.entries()) {
    const updates =
      index < long
        ? longUpdates(`long-${index}`, LONG_UPDATES_A_STUCK_FEED)
        : numberedUpdates(`stuck-${index}`, UPDATES_A_STUCK_FEED);
    await operator.push(id, updates);
  }
}
