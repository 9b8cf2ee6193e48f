/**
 * One outage from its beginning to its end: live delivery, then nothing listens at the plugin's address and uploads go on, then the
 * platform is stopped and started with that backlog, then the plugin is back. What came is counted by the plugin.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { figureOf, type MeasuredFigure, median } from '../../figure.ts';
import { interleave, ratios } from '../../interleave.ts';
import { MemoryWatch } from '../../resident-memory.ts';
import type { TopicContext } from '../../topic.ts';
import { Operator, type Registered } from '../platform/operator.ts';
import { type PlatformProcess, startPlatformOn } from '../platform/processes.ts';
import { type DatabaseBytes, databaseBytes } from './database-bytes.ts';
import { numberedUpdates } from './numbered-updates.ts';
import type { Account, OutagePlugin } from './plugin.ts';
import type { OutageSize } from './size.ts';
import { onStage } from './stage.ts';

const LINES_A_BATCH = 200;
/** Updates after which memory may hardly grow any more. */
const SETTLED_AFTER = 100_000;
const LIVE_ROUNDS = 3;
const LOOK_MS = 200;
/** The store gets this long to clear up what is over. */
const UPKEEP_MS = 5000;

interface Scene {
  readonly dataDir: string;
  readonly plugin: OutagePlugin;
  /** Of a plugin that is up. */
  readonly idleUrl: string;
  readonly size: OutageSize;
  readonly say: (line: string) => void;
}

export function backlog({ say }: TopicContext, size: OutageSize): Promise<MeasuredFigure[]> {
  return onStage(async (stage) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'batchfeed-bench-'));
    stage.onEnd(async () => rmSync(dataDir, { recursive: true, force: true }));
    const plugin = await stage.outagePlugin();
    const scene: Scene = { dataDir, plugin, idleUrl: await stage.healthyPlugin(), size, say };
    const before = await withPlatform(scene, (operator) => liveBefore(scene, operator));
    const fileBefore = databaseBytes(linesOf(dataDir));
    await plugin.reset();
    await plugin.down();
    const outage = await withPlatform(scene, (operator, platform) => uploadAll(scene, before, operator, platform));
    const fileWaiting = databaseBytes(linesOf(dataDir));
    const end = await withPlatform(scene, (operator, platform) => emptied(scene, before, operator, platform));
    const files = { before: fileBefore, waiting: fileWaiting, after: databaseBytes(linesOf(dataDir)) };
    return [...outage, ...figuresOf({ ...end, files, liveRates: [...before.liveRates, ...end.liveRates], size })];
  });
}

/** What goes on from one platform to the next. */
interface Before {
  readonly feedId: string;
  readonly idlePlugin: Registered;
  readonly liveRates: readonly number[];
}

/** Registers the plugins, and delivers while all is well. */
async function liveBefore(scene: Scene, operator: Operator): Promise<Before> {
  const idlePlugin = await operator.register(scene.idleUrl, LINES_A_BATCH);
  await operator.holdBack(idlePlugin);
  await operator.register(scene.plugin.url, LINES_A_BATCH);
  const { id: feedId } = await operator.feed();
  return { feedId, idlePlugin, liveRates: await deliverLive(scene, operator, feedId, 'before') };
}

/** Uploads while the plugin is down, in turn with uploads to one that is up and gets nothing to do. */
async function uploadAll(
  { size, say }: Scene,
  { feedId, idlePlugin }: Before,
  operator: Operator,
  platform: PlatformProcess,
): Promise<MeasuredFigure[]> {
  let uploaded = 0;
  const upload = async () => {
    const rate = await push(operator, feedId, `backlog-${uploaded}`, size.roundUpdates);
    uploaded += size.roundUpdates;
    return rate;
  };
  const values = await interleave(
    {
      down: upload,
      idle: async (round) => {
        const feed = await operator.feed(idlePlugin);
        const rate = await push(operator, feed.id, `idle-${round}`, size.roundUpdates);
        await operator.discard(feed.id);
        return rate;
      },
    },
    { rounds: size.rounds, onRound: (round) => say(`plugin down: ${round === 0 ? 'warming up' : `round ${round}`}`) },
  );
  const growth = await growthOfMemory(platform, size, upload, () => uploaded);
  say(`${uploaded.toLocaleString('en')} updates wait, ${Math.round(platform.residentMb())} MB`);
  return [
    figureOf('updates/s uploaded, the plugin down against up and idle', ratios(values.down, values.idle), {
      bound: { is: '>=', limit: 0.9 },
      detail: `${perSecond(values.down)} while it is down, ${perSecond(values.idle)} while it is up and idle`,
    }),
    growth,
  ];
}

interface End {
  readonly startedInMs: number;
  readonly account: Account;
  readonly liveRates: readonly number[];
}

/** Has started with the backlog; the plugin comes back, and everything is delivered. */
async function emptied(
  scene: Scene,
  { feedId }: Before,
  operator: Operator,
  { startedInMs }: PlatformProcess,
): Promise<End> {
  const { plugin, say } = scene;
  say(`ready after ${Math.round(startedInMs)} ms; the plugin is back`);
  await plugin.up();
  await operator.finish([feedId]);
  const account = await plugin.account();
  const liveRates = await deliverLive(scene, operator, feedId, 'after');
  await sleep(UPKEEP_MS);
  return { startedInMs, account, liveRates };
}

interface Result extends End {
  readonly size: OutageSize;
  readonly files: Readonly<Record<'before' | 'waiting' | 'after', DatabaseBytes>>;
}

function figuresOf({ startedInMs, account, liveRates, files, size }: Result): MeasuredFigure[] {
  const emptying = (size.backlog / (account.lastAt - account.firstAt)) * 1000;
  const { before, waiting, after } = files;
  const counted = { unit: 'updates', bound: { is: '<=', limit: 0 } } as const;
  return [
    figureOf('start with that backlog, ready after', [startedInMs / 1000], {
      unit: 's',
      bound: { is: '<=', limit: 3 },
      detail: `${size.backlog.toLocaleString('en')} updates`,
    }),
    figureOf(
      'the plugin is back, rate of emptying against live delivery',
      liveRates.map((rate) => emptying / rate),
      { bound: { is: '>=', limit: 0.8 }, detail: `${Math.round(emptying)}/s, live ${perSecond(liveRates)}` },
    ),
    figureOf('updates that arrived in the wrong order', [account.inversions], counted),
    figureOf('lost', [size.backlog - account.arrived], counted),
    figureOf('doubled', [account.doubled], counted),
    figureOf('pages of the data file in use after it, against before', [after.used / before.used], {
      bound: { is: '<=', limit: 1.2 },
      detail: `${mb(before)} before, ${mb(waiting)} with the backlog, ${mb(after)} after`,
    }),
  ];
}

/** Updates a second that are uploaded and delivered while the plugin answers. */
async function deliverLive({ size, say }: Scene, operator: Operator, feedId: string, when: string): Promise<number[]> {
  const rates: number[] = [];
  for (let round = 0; round <= LIVE_ROUNDS; round += 1) {
    say(`live delivery ${when} the outage: ${round === 0 ? 'warming up' : `round ${round}`}`);
    const startedAt = performance.now();
    await push(operator, feedId, `${when}-${round}`, size.roundUpdates);
    await operator.finish([feedId]);
    if (round > 0) rates.push((size.roundUpdates / (performance.now() - startedAt)) * 1000);
  }
  return rates;
}

/** Uploads the rest of the backlog, and says by how much memory has grown since the first 100,000 updates (or the first half). */
async function growthOfMemory(
  platform: PlatformProcess,
  { backlog: total }: OutageSize,
  upload: () => Promise<number>,
  uploaded: () => number,
): Promise<MeasuredFigure> {
  const from = Math.min(SETTLED_AFTER, total / 2);
  while (uploaded() < from) await upload();
  await sleep(LOOK_MS);
  const settled = platform.residentMb();
  const watch = new MemoryWatch(platform.pid);
  while (uploaded() < total) await upload();
  return figureOf('growth of resident memory meanwhile, after the first 100,000', [watch.stop() - settled], {
    unit: 'MB',
    bound: { is: '<=', limit: 60 },
    detail: `from ${Math.round(settled)} MB, ${total.toLocaleString('en')} updates`,
  });
}

/** Updates a second of one upload. */
async function push(operator: Operator, feedId: string, name: string, count: number): Promise<number> {
  // The chunks lie ready, so that the platform is measured and not what makes them.
  const chunks = [...numberedUpdates(name, count)];
  const startedAt = performance.now();
  await operator.push(feedId, chunks);
  return (count / (performance.now() - startedAt)) * 1000;
}

/** Does some work with a platform on the scene's data folder, which is stopped then. */
async function withPlatform<T>(
  { dataDir }: Scene,
  work: (operator: Operator, platform: PlatformProcess) => Promise<T>,
): Promise<T> {
  const platform = await startPlatformOn(dataDir);
  const operator = new Operator(platform);
  try {
    return await work(operator, platform);
  } finally {
    await operator.close();
    await platform.stop();
  }
}

function linesOf(dataDir: string): string {
  return join(dataDir, 'lines.db');
}

function perSecond(rates: readonly number[]): string {
  return `${Math.round(median(rates))}/s`;
}

function mb({ size, free }: DatabaseBytes): string {
  return `${(size / 1e6).toFixed(1)} MB (${(free / 1e6).toFixed(1)} MB free)`;
}
