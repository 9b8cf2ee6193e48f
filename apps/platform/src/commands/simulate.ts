import { setTimeout as sleep } from 'node:timers/promises';
import { type SimulationReport, simulate } from '@batchfeed/platform';
import { type Arrival, type Ordering, orderings } from '@batchfeed/schemas';
import { CliError } from '../cli/cli-error.ts';
import type { CommandContext, CommandDefinition } from '../cli/command-definition.ts';
import { feedPath, wholeNumber } from '../cli/feed-path.ts';
import { table } from '../cli/output.ts';
import { EXIT } from '../exit-codes.ts';
import { readArrivals } from '../simulate/read-arrivals.ts';
import { readPolicy } from '../simulate/read-policy.ts';

export const simulateCommand: CommandDefinition = {
  path: ['simulate'],
  description: "try policies on arrivals: batches, fill, latency and cost of each, under both orders of a user's lines",
  args: [
    [
      '[file]',
      'NDJSON of arrivals: {"ts","key","bytes"} or {"ts","grouping_key","content"}, each with "subject" (the user) and "cause" (a number, the same for lines of one update) if it has them; standard input without one',
    ],
  ],
  options: [
    {
      flags: '--policy <policy>',
      description: 'lines=500,bytes=8388608,age=60000,ordering=USER (or GROUPING_KEY); several to compare',
      parse: readPolicy,
      repeated: true,
      mandatory: true,
    },
    { flags: '--feed <id>', description: 'take the latest lines of this feed instead of a file' },
    { flags: '--record <seconds>', description: 'with --feed: record anew for so long first', parse: wholeNumber },
    { flags: '--cost-per-batch <cost>', description: 'what a call costs', parse: positive, default: 1 },
    { flags: '--cost-per-line <cost>', description: 'what a line costs', parse: positive, default: 0 },
  ],
  example: 'batchfeed simulate arrivals.ndjson --policy lines=500,age=60000 --policy lines=100,age=5000',
  async run(context) {
    const { options, out } = context;
    const arrivals = options.feed === undefined ? await readArrivals(context.args[0]) : await recorded(context);
    if (arrivals.length === 0) throw new CliError('FAILED', 'There are no arrivals to try a policy on.');
    const { costPerBatch, costPerLine } = options;
    const policies: readonly ReturnType<typeof readPolicy>[] = options.policy;
    const reports = policies.map(({ text, policy, ordering }): Report => {
      const under = (order: Ordering) => simulate(arrivals, { policy, ordering: order, costPerBatch, costPerLine });
      const both = { USER: under('USER'), GROUPING_KEY: under('GROUPING_KEY') };
      return { policy: text, ...both[ordering], by_ordering: both };
    });
    out.result(reports, render(reports));
    return EXIT.ok;
  },
};

/** What a policy makes of the arrivals: under its own order, and under both to compare them. */
type Report = SimulationReport & {
  readonly policy: string;
  readonly by_ordering: Readonly<Record<Ordering, SimulationReport>>;
};

async function recorded({ api, options, out, signal }: CommandContext): Promise<Arrival[]> {
  const client = api();
  if (options.record !== undefined) {
    await client.call('PUT', feedPath(options.feed, '/arrivals/recording'), { max: 1_000_000 });
    out.say(`Recording arrivals of feed ${options.feed} for ${options.record} s.`);
    await sleep(options.record * 1_000, undefined, { signal }).catch(() => {});
  }
  const arrivals: Arrival[] = await client.call('GET', feedPath(options.feed, '/arrivals'));
  if (options.record !== undefined) await client.call('PUT', feedPath(options.feed, '/arrivals/recording'), { max: 0 });
  return arrivals;
}

function render(reports: readonly Report[]): string {
  const rows = reports.flatMap(({ policy, ordering, by_ordering: both }) =>
    orderings.map((order) => row(`${order}${order === ordering ? ' *' : ''}`, policy, both[order])),
  );
  const head = ['policy', 'order', 'batches', 'lines/batch', 'fill', 'p50', 'p95', 'p99', 'max', 'cost', 'sealed by'];
  const warnings = [...new Set(reports.flatMap((report) => report.warnings))].map((warning) => `! ${warning}`);
  const [first] = reports;
  const about = `${first?.lines ?? 0} lines, ${first?.keys ?? 0} keys; * the order of the policy`;
  return [about, table([head, ...rows]), ...warnings].join('\n');
}

function row(order: string, policy: string, report: SimulationReport): (string | number)[] {
  return [
    policy,
    order,
    report.batches,
    report.lines_per_batch.toFixed(1),
    `${(report.fill * 100).toFixed(1)} %`,
    ...(['p50', 'p95', 'p99', 'max'] as const).map((share) => `${Math.round(report.latency_ms[share])} ms`),
    Number(report.cost.toFixed(4)),
    Object.entries(report.by_reason)
      .map(([reason, count]) => `${reason} ${count}`)
      .join(', '),
  ];
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number >= 0)) throw new Error('It must be a number from 0 up.');
  return number;
}
