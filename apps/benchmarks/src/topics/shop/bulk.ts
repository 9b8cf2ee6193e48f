import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import type { BulkCost, BulkWay } from './bulk-programs.ts';
import { runProgram, startServer } from './processes.ts';

const count = 1_000_000;
const flat = { bound: { is: '<=', limit: 1.1 } } as const;
const megabytes = { unit: 'MB', bound: { is: '<=', limit: 200 } } as const;

/** A million rows through `bulk`, each run in a process of its own, and the same bodies from a loop. */
export const bulk = async ({ say, signal }: TopicContext): Promise<MeasuredFigure[]> => {
  say(`${count.toLocaleString('en')} rows through bulk, and from a loop that serialises and posts them`);
  const sink = await startServer('sink');
  const costs: Record<BulkWay, BulkCost[]> = { client: [], limited: [], loop: [] };
  const run = (way: BulkWay) => async (round: number) => {
    const cost = await runProgram<BulkCost>(['bulk', way, sink.url, String(count)], { signal });
    if (round > 0) costs[way].push(cost);
    return cost.cpuSeconds;
  };
  const values = await interleave({ client: run('client'), limited: run('limited'), loop: run('loop') });
  await sink.stop();

  const peaks = (way: BulkWay) => costs[way].map(({ peakMb }) => peakMb);
  const growth = (way: BulkWay) => costs[way].map(({ quartersMb }) => quartersMb[3]! / quartersMb[1]!);
  const perSecond = median(costs.client.map(({ seconds }) => count / seconds));
  const limitedCost = median(ratios(values.limited, values.loop));
  return [
    figureOf('bulk of 10⁶ rows, processor time against a loop with axios', ratios(values.client, values.loop), {
      bound: { is: '<=', limit: 1.3 },
      detail: `${median(values.client).toFixed(2)} s, the loop ${median(values.loop).toFixed(2)} s; ${Math.round(perSecond)} rows/s`,
    }),
    figureOf('bulk of 10⁶ rows, resident memory with limitYoungGeneration()', peaks('limited'), {
      ...megabytes,
      detail: `as the shop-batch command runs it, at ${limitedCost.toFixed(2)} × the loop's processor time`,
    }),
    figureOf("the same with Node's defaults", peaks('client'), {
      ...megabytes,
      detail: `of which the young generation takes up to 128 MB; the loop: ${Math.round(median(peaks('loop')))} MB`,
    }),
    figureOf(
      "bulk, memory of the last quarter of the rows against the second, Node's defaults",
      growth('client'),
      flat,
    ),
    figureOf('the same with limitYoungGeneration()', growth('limited'), {
      ...flat,
      detail: `${Math.round(median(costs.limited.map(({ quartersMb }) => quartersMb[1]!)))} MB at first, until the old generation is due for its first collection`,
    }),
  ];
};
