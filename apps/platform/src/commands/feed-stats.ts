import type { Coverage, FeedStatistics, SessionStatistics, StatisticsPeriod } from '@batchfeed/schemas';
import type { CommandContext, CommandDefinition } from '../cli/command-definition.ts';
import { feedPath, query, time } from '../cli/feed-path.ts';
import { pluginColumn, waitingColumn } from '../cli/outage.ts';
import { table } from '../cli/output.ts';
import { statisticsRows } from '../cli/statistics-rows.ts';
import { EXIT } from '../exit-codes.ts';

type Period = StatisticsPeriod | SessionStatistics;

const VIEWS: Readonly<Record<string, (context: CommandContext) => Promise<void>>> = {
  total: showTotal,
  session: (context) => showPeriods(context, '/statistics/sessions'),
  hour: (context) => showPeriods(context, `/statistics/history${window(context, 'hour')}`),
  day: (context) => showPeriods(context, `/statistics/history${window(context, 'day')}`),
  tag: showTags,
};

export const feedStatsCommand: CommandDefinition = {
  path: ['feed', 'stats'],
  description: 'what became of everything a feed took in',
  args: [['<feed_id>', 'the feed']],
  options: [
    {
      flags: '--by <view>',
      description: 'all of it, or by session, hour, day, or tag of rejected identifiers',
      choices: Object.keys(VIEWS),
      default: 'total',
    },
    { flags: '--from <time>', description: 'from this time on', parse: time },
    { flags: '--to <time>', description: 'before this time', parse: time },
  ],
  example: 'batchfeed feed stats 1 --by day',
  async run(context) {
    await VIEWS[context.options.by]?.(context);
    return EXIT.ok;
  },
};

async function showTotal({ api, args: [feedId], out }: CommandContext): Promise<void> {
  const statistics: FeedStatistics = await api().call('GET', feedPath(feedId, '/statistics'));
  const fares = [
    ['plugin', 'answers', pluginColumn(statistics)],
    ['backlog', 'waiting', waitingColumn(statistics)],
  ];
  out.result(statistics, table([...fares, ...statisticsRows(statistics)]));
}

async function showPeriods({ api, args: [feedId], out }: CommandContext, route: string): Promise<void> {
  const periods: Period[] = await api().call('GET', feedPath(feedId, route));
  const rows = periods.map((period) => [
    'from_ts' in period ? instant(period.from_ts) : `${instant(period.first_ts)} … ${instant(period.last_ts)}`,
    period.session_id,
    period.updates_accepted,
    period.updates_processed + period.updates_no_eligible_identifier,
    period.lines_delivered,
    period.batches_delivered,
    period.items_success,
    period.items_error,
    percent(period.coverage),
  ]);
  const head = ['from', 'session', 'accepted', 'done', 'lines', 'batches', 'success', 'error', 'nothing sent'];
  out.result(periods, table([head, ...rows]));
}

async function showTags({ api, args: [feedId], options, out }: CommandContext): Promise<void> {
  const path = feedPath(
    feedId,
    `/statistics/rejected_identifiers${query({ from_ts: options.from, to_ts: options.to })}`,
  );
  const tags: { tag: string; value: string; count: number }[] = await api().call('GET', path);
  out.result(
    tags,
    table([['tag', 'value', 'rejected'], ...tags.map(({ tag, value, count }) => [tag || '-', value || '-', count])]),
  );
}

function window({ options }: CommandContext, unit: string): string {
  return query({ unit, from_ts: options.from, to_ts: options.to });
}

function instant(ts: number): string {
  return new Date(ts).toISOString().slice(0, 16).replace('T', ' ');
}

function percent({ share }: Coverage): string {
  return share === null ? '-' : `${(share * 100).toFixed(1)} %`;
}
