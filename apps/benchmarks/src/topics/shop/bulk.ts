import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import type { TopicContext } from '../../topic.ts';
import type { BulkCost, BulkWay } from './bulk-programs.ts';
import { runProgram, startServer } from './processes.ts';

const count = 1_000_000;
const megabytes = { unit: 'MB', bound: { is: '<=', limit: 200 } } as const;

/** A million rows through `bulk`, each run in a process of its own, and the same bodies from a loop. */
export const bulk = async ({ say, signal }: TopicContext): Promise<MeasuredFigure[]> => {
  say(`${count.toLocaleString('en')} rows through bulk, and from a loop that serialises and posts them`);
  const sink = await startServer('sink');
  const costs: Record<string, BulkCost[]> = { client: [], loop: [], smallYoung: [] };
  const run =
    (series: string, way: BulkWay, flags: readonly string[] = []) =>
    async (round: number) => {
      const cost = await runProgram<BulkCost>(['bulk', way, sink.url, String(count)], { flags, signal });
      if (round > 0) costs[series]!.push(cost);
      return cost.cpuSeconds;
    };
  const values = await interleave({
    client: run('client', 'client'),
    loop: run('loop', 'loop'),
    smallYoung: run('smallYoung', 'client', ['--max-semi-space-size=16']),
  });
  await sink.stop();

  const peaks = (series: string) => costs[series]!.map(({ peakMb }) => peakMb);
  const growth = (series: string) => costs[series]!.map(({ quartersMb }) => quartersMb[3]! / quartersMb[1]!);
  const perSecond = median(costs.client!.map(({ seconds }) => count / seconds));
  return [
    figureOf('bulk of 10⁶ rows, processor time against a loop with axios', ratios(values.client, values.loop), {
      bound: { is: '<=', limit: 1.3 },
      detail: `${median(values.client).toFixed(2)} s, the loop ${median(values.loop).toFixed(2)} s; ${Math.round(perSecond)} rows/s`,
    }),
    figureOf('bulk of 10⁶ rows, resident memory', peaks('client'), {
      ...megabytes,
      detail: `Node's defaults let the young generation alone grow to 192 MB; the loop: ${Math.round(median(peaks('loop')))} MB`,
    }),
    figureOf('the same with --max-semi-space-size=16', peaks('smallYoung'), megabytes),
    figureOf('bulk, memory of the last quarter of the rows against the second', growth('smallYoung'), {
      bound: { is: '<=', limit: 1.1 },
      detail: `with --max-semi-space-size=16; with Node's defaults ${median(growth('client')).toFixed(2)} ×`,
    }),
  ];
};
