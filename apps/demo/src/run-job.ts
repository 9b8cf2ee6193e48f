import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FeedStatistics } from '@batchfeed/schemas';
import { compareSegment } from './compare-segment.ts';
import { type DataFolder, emptyDataFolder, openDataFolder } from './data-folder.ts';
import { expectedSegment } from './expected-segment.ts';
import { followFeed, settledUpdates, waitingLines } from './follow-feed.ts';
import { generateUpdates } from './generator/generate-updates.ts';
import { pointsIn } from './generator/moves.ts';
import { progressDisplay } from './progress.ts';
import { readShop } from './read-shop.ts';
import { isSuccess, type RunResult, renderFaults, renderResultLine, renderTable } from './report.ts';
import { newRunState, type RunState, readRunState, saveRunState } from './run-state.ts';
import { linesPerBatch, reconnectFeed, setUpFeed } from './set-up-feed.ts';
import { Stack, shopUser } from './stack.ts';
import { uploadSegment } from './upload-segment.ts';

export interface JobOptions {
  updates: number;
  seed: number;
  dataDir: string;
  /** Leave the servers running after the check, until the signal. */
  keep: boolean;
  /** Begin anew even if the folder holds a run that could go on. */
  fresh: boolean;
  /** Stops the run in good order: what is in flight is finished, the rest is kept for the next start. */
  signal: AbortSignal;
  /** Ends the servers at once, for somebody who cannot wait. */
  impatience: AbortSignal;
}

/** How a run ended: with a result, or before one. */
export type JobEnd = { result: RunResult } | { interrupted: true };

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const count = (value: number): string => value.toLocaleString('en-US');

type Feed = NonNullable<RunState['feed']>;
interface Run {
  options: JobOptions;
  folder: DataFolder;
  state: RunState;
  stack: Stack;
}

/** The unfinished run in the folder, or a new one in an emptied folder. */
const chooseRun = (folder: DataFolder, { updates, seed, fresh }: JobOptions): RunState => {
  const previous = readRunState(folder.path);
  if (!fresh && previous && !previous.isFinished && previous.feed) {
    say(
      `Going on with the run of ${count(previous.updates)} updates that this folder holds (--fresh begins a new one).`,
    );
    return previous;
  }
  emptyDataFolder(folder);
  return newRunState(updates, seed);
};

const announce = ({ stack, folder }: Run, isNew: boolean): void => {
  say(`  shop      ${stack.shop.url}`);
  say(`  platform  ${stack.platform.url}`);
  if (isNew)
    say(
      `            API token ${readFileSync(stack.tokenFile, 'utf8').trim()} (said once, kept in ${stack.tokenFile})`,
    );
  say(`  plugin    ${stack.plugin?.url}`);
  say(`  logs      ${folder.logs}`);
};

/** The feed of this run, active and reachable: set up on the first start, taken up again on a later one. */
const openFeed = async (run: Run): Promise<Feed> => {
  const { stack, state, folder } = run;
  const known = state.feed;
  if (known) await reconnectFeed(stack, state, known);
  else state.feed = await setUpFeed(stack, state.shopPassword);
  const { platform, shop, plugin } = stack;
  state.ports = { platform: platform.port, shop: shop.port, plugin: plugin!.port };
  state.pids = { platform: platform.pid, shop: shop.pid, plugin: plugin!.pid };
  saveRunState(folder.path, state);
  announce(run, !known);
  return state.feed!;
};

/** Hands the rest of the segment over and follows the feed until all has settled, or until the signal. */
const deliver = async ({ options, state, stack }: Run, { feedId }: Feed): Promise<FeedStatistics> => {
  const { client } = stack;
  // Nothing more can be delivered once a server is gone, so that ends it, too.
  const signal = AbortSignal.any([options.signal, stack.broken]);
  const before = await client.statistics(feedId);
  const accepted = before.updates.accepted;
  say(
    accepted === 0
      ? `Sending ${count(state.updates)} updates of ${count(pointsIn(state.updates))} user points, in batches of ${linesPerBatch} lines at most.`
      : `${count(accepted)} of ${count(state.updates)} updates are with the platform already; sending the rest.`,
  );
  const display = progressDisplay(state.updates, settledUpdates(before));
  let sent = accepted;
  let isUploaded = accepted >= state.updates;
  const upload = async () => {
    if (isUploaded) return;
    const updates = generateUpdates({ updates: state.updates, seed: state.seed, from: accepted });
    const onSent = (lines: number) => {
      sent += lines;
    };
    await uploadSegment({ client, feedId, updates, signal, onSent });
    isUploaded = !signal.aborted;
  };
  const follow = () =>
    followFeed({
      client,
      feedId,
      isUploaded: () => isUploaded,
      signal,
      onStatistics: (statistics) => {
        const { accepted: lines, delivered } = statistics.lines;
        display.show({ sent, done: settledUpdates(statistics), lines, delivered });
      },
    });
  try {
    const [, statistics] = await Promise.all([upload(), follow()]);
    stack.broken.throwIfAborted();
    return signal.aborted ? client.statistics(feedId) : statistics;
  } finally {
    display.stop();
  }
};

const sayWhereTheRestIs = ({ folder, state }: Run, statistics: FeedStatistics): void => {
  const { updates } = statistics;
  const waiting = updates.accepted - settledUpdates(statistics);
  say(`Stopping: finishing what is in flight.`);
  say(`  ${count(updates.accepted)} of ${count(state.updates)} updates are stored in ${folder.platform},`);
  say(`  ${count(waiting)} of them and ${count(waitingLines(statistics))} lines still have to be delivered.`);
  say(`  The next start on ${folder.path} goes on from there; nothing is lost.`);
};

/** Reads the shop's database back and holds it against what the updates say should be in it. */
const check = ({ folder, state }: Run, statistics: FeedStatistics): RunResult => {
  const expected = expectedSegment(generateUpdates({ updates: state.updates, seed: state.seed }));
  const { people, traffic } = readShop(join(folder.shop, 'shop.db'));
  return { statistics, traffic, comparison: compareSegment(expected, people), seconds: state.workedMs / 1_000 };
};

const report = (result: RunResult): void => {
  say('');
  say(renderTable(result));
  say('');
  for (const fault of renderFaults(result)) say(`✗ ${fault}`);
  if (isSuccess(result)) say('✓ the shop holds exactly the people of the segment');
};

const untilStopped = async ({ stack, options }: Run): Promise<void> => {
  say('\nThe servers keep running until Ctrl-C:');
  say(`  platform  ${stack.platform.url}  (Authorization: the content of ${stack.tokenFile})`);
  say(`  shop      ${stack.shop.url}  (Basic ${shopUser}, password in ${join(options.dataDir, 'run.json')})`);
  say(`  plugin    ${stack.plugin?.url}`);
  if (options.signal.aborted) return;
  await new Promise((resolve) => options.signal.addEventListener('abort', resolve, { once: true }));
};

const runOn = async (run: Run): Promise<JobEnd> => {
  const { options, folder, state } = run;
  const feed = await openFeed(run);
  const startedAt = performance.now();
  const statistics = await deliver(run, feed).finally(() => {
    state.workedMs += performance.now() - startedAt;
    saveRunState(folder.path, state);
  });
  if (options.signal.aborted) {
    sayWhereTheRestIs(run, statistics);
    return { interrupted: true };
  }
  const result = check(run, statistics);
  state.isFinished = true;
  saveRunState(folder.path, state);
  report(result);
  if (options.keep) await untilStopped(run);
  return { result };
};

const withServers = async (options: JobOptions, folder: DataFolder): Promise<JobEnd> => {
  const state = chooseRun(folder, options);
  const stack = await Stack.start(folder, state.ports, state.shopPassword);
  const hurry = () => stack.kill();
  options.impatience.addEventListener('abort', hurry);
  try {
    return await runOn({ options, folder, state, stack });
  } catch (error) {
    throw await stack.explain(error);
  } finally {
    await stack.stop();
    options.impatience.removeEventListener('abort', hurry);
  }
};

/**
 * The main job: starts the servers, has a segment delivered, checks the shop and reports; the result line is the last
 * thing it prints. Rejects with a `DemoError` when it could not go on.
 */
export const runJob = async (options: JobOptions): Promise<JobEnd> => {
  const folder = openDataFolder(options.dataDir);
  try {
    say(`Everything of this run is kept in ${folder.path}`);
    const end = await withServers(options, folder);
    if ('result' in end) say(renderResultLine(end.result));
    return end;
  } finally {
    folder.release();
  }
};
