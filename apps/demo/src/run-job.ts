import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FeedStatistics } from '@batchfeed/schemas';
import { compareSegment } from './compare-segment.ts';
import { type DataFolder, emptyDataFolder, openDataFolder } from './data-folder.ts';
import { deliverFeed } from './deliver-feed.ts';
import { expectedSegment } from './expected-segment.ts';
import { settledUpdates, waitingLines } from './follow-feed.ts';
import { generateUpdates } from './generator/generate-updates.ts';
import { pointsIn } from './generator/moves.ts';
import { compareIdentifiers, idealBatches } from './identifiers/compare-identifiers.ts';
import { expectedLines } from './identifiers/expected-lines.ts';
import { identifiedUpdates } from './identifiers/identified-updates.ts';
import { readRecord } from './identifiers/identifier-record.ts';
import { readShop } from './read-shop.ts';
import { isSuccess, type RunResult, renderFaults, renderResultLine, renderTable } from './report.ts';
import { newRunState, type RunState, readRunState, saveRunState } from './run-state.ts';
import { count, say } from './say.ts';
import { linesPerBatch, reconnectFeeds, setUpFeed, setUpIdentifierFeed } from './set-up-feed.ts';
import { Stack, shopUser } from './stack.ts';

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
  /** Ends the servers at once, for a person who cannot wait. */
  impatience: AbortSignal;
}

/** How a run ended: with a result, or before one. */
export type JobEnd = { result: RunResult } | { interrupted: true };

type Feeds = NonNullable<RunState['feeds']>;
interface Run {
  options: JobOptions;
  folder: DataFolder;
  state: RunState;
  stack: Stack;
}
interface Delivered {
  shop: FeedStatistics;
  /** Not yet there when the run was stopped before. */
  identifiers: FeedStatistics | undefined;
}

/** The feed by identifier type gets one update for so many of the shop's feed. */
const UPDATES_PER_IDENTIFIED = 5;

/**
 * The main job: starts the servers, has a segment delivered to the shop and another by identifier type, checks both and
 * reports; the result line is the last thing it prints. Rejects with a `DemoError` when it could not go on.
 */
export async function runJob(options: JobOptions): Promise<JobEnd> {
  const folder = openDataFolder(options.dataDir);
  try {
    say(`Everything of this run is kept in ${folder.path}`);
    const end = await withServers(options, folder);
    if ('result' in end) say(renderResultLine(end.result));
    return end;
  } finally {
    folder.release();
  }
}

async function withServers(options: JobOptions, folder: DataFolder): Promise<JobEnd> {
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
}

/** The unfinished run in the folder, or a new one in an emptied folder. */
function chooseRun(folder: DataFolder, { updates, seed, fresh }: JobOptions): RunState {
  const previous = readRunState(folder.path);
  if (!fresh && previous && !previous.isFinished && previous.feeds) {
    say(
      `Going on with the run of ${count(previous.updates)} updates that this folder holds (--fresh begins a new one).`,
    );
    return previous;
  }
  emptyDataFolder(folder);
  return newRunState(updates, seed);
}

async function runOn(run: Run): Promise<JobEnd> {
  const { options, folder, state } = run;
  const feeds = await openFeeds(run);
  const { shop, identifiers } = await deliver(run, feeds);
  if (identifiers === undefined || options.signal.aborted) {
    sayWhereTheRestIs(run, shop, identifiers);
    return { interrupted: true };
  }
  const result = check(run, { shop, identifiers });
  state.isFinished = true;
  saveRunState(folder.path, state);
  report(result);
  if (options.keep) await untilStopped(run);
  return { result };
}

/** The feeds of this run, active and reachable: set up on the first start, taken up again on a later one. */
async function openFeeds(run: Run): Promise<Feeds> {
  const { stack, state, folder } = run;
  const known = state.feeds;
  if (known) await reconnectFeeds(stack, state, known);
  const feeds = known ?? {
    shop: await setUpFeed(stack, state.shopPassword),
    identifiers: await setUpIdentifierFeed(stack),
  };
  state.feeds = feeds;
  const { platform, shop, plugin, identifierPlugin } = stack;
  const ofEach = (of: 'port' | 'pid') => ({
    platform: platform[of],
    shop: shop[of],
    plugin: plugin?.[of] ?? 0,
    identifierPlugin: identifierPlugin?.[of] ?? 0,
  });
  state.ports = ofEach('port');
  state.pids = ofEach('pid');
  saveRunState(folder.path, state);
  announce(run, !known);
  return feeds;
}

function announce({ stack, folder }: Run, isNew: boolean): void {
  say(`  shop      ${stack.shop.url}`);
  say(`  platform  ${stack.platform.url}`);
  if (isNew)
    say(
      `            API token ${readFileSync(stack.tokenFile, 'utf8').trim()} (said once, kept in ${stack.tokenFile})`,
    );
  say(`  plugins   ${stack.plugin?.url}, by identifier type ${stack.identifierPlugin?.url}`);
  say(`  logs      ${folder.logs}`);
}

/** Delivers to the shop, and once that is done by identifier type. */
async function deliver(run: Run, { shop, identifiers }: Feeds): Promise<Delivered> {
  const { options, state, stack, folder } = run;
  const { signal } = options;
  const startedAt = performance.now();
  const toShop = deliverFeed({
    stack,
    feedId: shop.feedId,
    total: state.updates,
    about: `${count(pointsIn(state.updates))} user points`,
    updatesFrom: (from) => generateUpdates({ updates: state.updates, seed: state.seed, from }),
    signal,
  });
  const delivered = await toShop.finally(() => {
    state.workedMs += performance.now() - startedAt;
    saveRunState(folder.path, state);
  });
  if (signal.aborted) return { shop: delivered, identifiers: undefined };
  const total = identifiedIn(state);
  const byType = await deliverFeed({
    stack,
    feedId: identifiers.feedId,
    total,
    about: `${count(pointsIn(total))} user points by identifier type`,
    updatesFrom: (from) => identifiedUpdates({ updates: total, seed: state.seed, from }),
    signal,
  });
  return { shop: delivered, identifiers: byType };
}

function identifiedIn({ updates }: RunState): number {
  return Math.ceil(updates / UPDATES_PER_IDENTIFIED);
}

function sayWhereTheRestIs({ folder, state }: Run, shop: FeedStatistics, identifiers?: FeedStatistics): void {
  const statistics = identifiers ?? shop;
  const total = identifiers === undefined ? state.updates : identifiedIn(state);
  const { updates } = statistics;
  const waiting = updates.accepted - settledUpdates(statistics);
  say(`Stopping: finishing what is in flight.`);
  say(`  ${count(updates.accepted)} of ${count(total)} updates are stored in ${folder.platform},`);
  say(`  ${count(waiting)} of them and ${count(waitingLines(statistics))} lines still have to be delivered.`);
  say(`  The next start on ${folder.path} goes on from there; nothing is lost.`);
}

/** Reads what the partners hold and holds it against what the updates say should be there. */
function check(
  { folder, state, stack }: Run,
  { shop, identifiers }: Record<keyof Delivered, FeedStatistics>,
): RunResult {
  const expected = expectedSegment(generateUpdates({ updates: state.updates, seed: state.seed }));
  const { people, traffic } = readShop(join(folder.shop, 'shop.db'));
  const lines = [...expectedLines(identifiedUpdates({ updates: identifiedIn(state), seed: state.seed }))];
  return {
    statistics: shop,
    traffic,
    comparison: compareSegment(expected, people),
    seconds: state.workedMs / 1_000,
    identifiers: {
      statistics: identifiers,
      comparison: compareIdentifiers(lines, readRecord(stack.identifierRecord)),
      idealBatches: idealBatches(lines, linesPerBatch),
    },
  };
}

function report(result: RunResult): void {
  say('');
  say(renderTable(result));
  say('');
  for (const fault of renderFaults(result)) say(`✗ ${fault}`);
  if (!isSuccess(result)) return;
  say('✓ the shop holds exactly the people of the segment');
  say('✓ every line by identifier type arrived, none before an earlier one of its user');
}

async function untilStopped({ stack, options }: Run): Promise<void> {
  say('\nThe servers keep running until Ctrl-C:');
  say(`  platform  ${stack.platform.url}  (Authorization: the content of ${stack.tokenFile})`);
  say(`  shop      ${stack.shop.url}  (Basic ${shopUser}, password in ${join(options.dataDir, 'run.json')})`);
  say(`  plugins   ${stack.plugin?.url}, by identifier type ${stack.identifierPlugin?.url}`);
  if (options.signal.aborted) return;
  await new Promise((resolve) => options.signal.addEventListener('abort', resolve, { once: true }));
}
