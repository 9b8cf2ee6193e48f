import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPlatform } from '@batchfeed/platform';
import { orderings } from '@batchfeed/schemas';
import { pino } from 'pino';
import { ApiClient } from '../cli/api-client.ts';
import { CliError } from '../cli/cli-error.ts';
import type { CommandContext, CommandDefinition } from '../cli/command-definition.ts';
import { feedPath, pair, wholeNumber } from '../cli/feed-path.ts';
import { mustBeReadable, openInput } from '../cli/input-file.ts';
import { batchNews } from '../dev/batch-news.ts';
import { makeDevFeed } from '../dev/dev-feed.ts';
import { generateUsers } from '../dev/generate-users.ts';
import { type PluginProcess, startPlugin } from '../dev/plugin-process.ts';
import { untilReady, untilRestarted } from '../dev/plugin-watch.ts';
import { EXIT } from '../exit-codes.ts';
import { readPort } from '../settings/checks.ts';

const LOOK_MS = 200;
const GONE = 'the plugin is gone; what it has not answered waits';

export const devCommand: CommandDefinition = {
  path: ['dev'],
  description: 'try a plugin you are writing: registers it, activates a feed, streams users, shows its batches',
  options: [
    { flags: '--plugin <url>', description: 'where the plugin listens', default: 'http://127.0.0.1:8080' },
    { flags: '--exec <command>', description: 'starts the plugin, with the environment it needs' },
    { flags: '--port <port>', description: 'port of the platform; 0 takes a free one (default: 0)', parse: readPort },
    { flags: '--file <file>', description: 'NDJSON of updates to stream' },
    { flags: '--users <number>', description: 'made-up users to stream instead', parse: wholeNumber, default: 25 },
    { flags: '--lines <number>', description: 'lines a batch at most', parse: wholeNumber, default: 10 },
    { flags: '--age <ms>', description: 'milliseconds a line waits at most', parse: wholeNumber, default: 2_000 },
    {
      flags: '--ordering <ordering>',
      description: "order of a user's lines: USER (across grouping keys) or GROUPING_KEY (within one only)",
      choices: orderings,
      default: 'USER',
    },
    {
      flags: '--property <name=value>',
      description: 'a property of the feed, several times if need be',
      parse: pair,
      repeated: true,
    },
    {
      flags: '--once',
      description: 'end once all is delivered, rather than streaming again whenever the plugin restarts',
    },
  ],
  example: "batchfeed dev --exec 'node dist/main.js' --users 25",
  notes: 'Without --exec it prints the environment to start the plugin with. Data is kept with --data-dir only.',
  async run(context) {
    if (context.options.file !== undefined) await mustBeReadable(context.options.file);
    const kept = context.settings.get('data_dir');
    const dataDir = kept ?? mkdtempSync(join(tmpdir(), 'batchfeed-dev-'));
    const logger = pino({ level: 'debug' }, batchNews(context.out));
    const port = context.options.port ?? 0;
    const platform = await openPlatform({ dataDir, port, logger }).catch((error: Error) => {
      throw new CliError('FAILED', error.message, { cause: error });
    });
    const ending = new AbortController();
    const signal = AbortSignal.any([context.signal, ending.signal]);
    let child: PluginProcess | undefined;
    try {
      const token = platform.newApiToken ?? readFileSync(join(dataDir, 'api-token'), 'utf8').trim();
      const api = new ApiClient(platform.url, () => token);
      const { plugin: pluginUrl, lines, age: ageMs, ordering, property: properties = [] } = context.options;
      const feed = await makeDevFeed(api, { pluginUrl, lines, ageMs, ordering, properties });
      const environment = pluginEnvironment(platform.url, pluginUrl, feed.credentials);
      context.out.say(`platform ${platform.url}, feed ${feed.feedId}`);
      if (context.options.exec === undefined) context.out.say(instructions(environment));
      else child = startPlugin(context.options.exec, environment);
      const working = work({ ...context, signal }, api, feed.feedId);
      const stopped = aborted(signal).then(() => EXIT.ok);
      return await Promise.race([
        working,
        stopped,
        ...(child === undefined ? [] : [failure(child, context.out, signal)]),
      ]);
    } finally {
      ending.abort();
      await child?.stop();
      await platform.close(2_000);
      if (kept === undefined) rmSync(dataDir, { recursive: true, force: true });
    }
  },
};

/** Streams once the plugin runs, and again whenever it has restarted. */
async function work({ options, out, signal }: CommandContext, api: ApiClient, feedId: string): Promise<number> {
  const url = options.plugin as string;
  for (;;) {
    out.say(`waiting for the plugin at ${url}`);
    await untilReady(url, signal);
    if (signal.aborted) return EXIT.ok;
    // From here on, as it may restart while updates are on their way.
    const back = options.once ? undefined : untilRestarted(url, signal, () => out.say(GONE));
    await api.call('POST', feedPath(feedId, '/activate'));
    const updates =
      options.file === undefined
        ? Readable.from(ndjson(options.users))
        : (await openInput(options.file)).handle.createReadStream();
    const report = await api.upload(feedPath(feedId, '/user_segment_updates'), updates);
    out.say(`streamed ${report.accepted} updates${report.rejected > 0 ? `, ${report.rejected} rejected` : ''}`);
    const restarted = new AbortController();
    const ending = AbortSignal.any([signal, restarted.signal]);
    const following = follow(api, feedId, ending, out.say.bind(out));
    if (options.once) {
      const dead = await following;
      return dead > 0 || report.rejected > 0 ? EXIT.found : EXIT.ok;
    }
    await back;
    restarted.abort();
    await following;
    if (signal.aborted) return EXIT.ok;
    out.say('the plugin is back: streaming again');
  }
}

/** Says when all is over; resolves with how many lines and updates died. */
async function follow(
  api: ApiClient,
  feedId: string,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<number> {
  while (!signal.aborted) {
    const { updates, lines, items } = await api.call('GET', feedPath(feedId, '/statistics'));
    const onTheirWay = lines.waiting + lines.open + lines.sealed + lines.in_flight;
    if (updates.waiting + updates.open + updates.in_flight + onTheirWay === 0) {
      const dead = updates.dead + lines.dead;
      say(
        `all done: ${lines.delivered} lines delivered, ${items.success} in success, ${items.error} in error, ${dead} dead`,
      );
      return dead;
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
  }
  return 0;
}

function* ndjson(users: number): Generator<string> {
  for (const update of generateUsers(users)) yield `${update}\n`;
}

function pluginEnvironment(
  platformUrl: string,
  pluginUrl: string,
  credentials: { worker_id: string; authentication_token: string },
) {
  const { hostname, port } = new URL(platformUrl);
  return {
    PLUGIN_WORKER_ID: credentials.worker_id,
    PLUGIN_AUTHENTICATION_TOKEN: credentials.authentication_token,
    GATEWAY_HOST: hostname,
    GATEWAY_PORT: port,
    PLUGIN_PORT: new URL(pluginUrl).port || '80',
  };
}

function instructions(environment: Readonly<Record<string, string>>): string {
  return [
    'start the plugin with:',
    ...Object.entries(environment).map(([name, value]) => `  export ${name}=${value}`),
  ].join('\n');
}

/** Rejects once the plugin's command has failed; one that ended well may have left the plugin running. */
async function failure(plugin: PluginProcess, out: CommandContext['out'], signal: AbortSignal): Promise<never> {
  const why = await plugin.ended;
  if (why !== undefined) throw new CliError('FAILED', `The command that --exec names ended with ${why}.`);
  if (!signal.aborted) out.say('the command that --exec names has ended');
  return new Promise(() => {});
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
